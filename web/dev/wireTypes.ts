/** From the server's OpenAPI document to what the page needs of it: types to check by, and schemas to check messages by. */

import openapiTS, { astToString, type SchemaObject } from "openapi-typescript";

type Schema = Readonly<Record<string, unknown>>;

export interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema without some keywords, and with every property required: on the wire, messages are complete. Fields it does not know are kept anyway. */
function complete(schema: Schema, without: readonly string[]): Schema {
  const inside = (value: unknown): unknown => (Array.isArray(value) ? value.map(inside) : isSchema(value) ? complete(value, without) : value);
  const kept = Object.entries(schema).filter(([keyword, value]) => !without.includes(keyword) && !(keyword === "additionalProperties" && value === true));
  const whole = Object.fromEntries(kept.map(([keyword, value]) => [keyword, keyword === "properties" ? completeEach(value as Schema, without) : inside(value)]));
  return isSchema(schema["properties"]) ? { ...whole, required: Object.keys(schema["properties"]) } : whole;
}

/** Names of properties are no keywords. */
const completeEach = (schemas: Schema, without: readonly string[]): Schema =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, complete(schema as Schema, without)]));

/** `src/rules/wireTypes.generated.ts` */
export async function wireTypes({ components }: OpenApi): Promise<string> {
  const schemas = completeEach(components.schemas, ["title", "default"]) as Record<string, SchemaObject>;
  const document = { openapi: "3.1.0", info: { title: "Clave", version: "" }, paths: {}, components: { schemas } };
  const types = astToString(await openapiTS(document, { immutable: true, rootTypes: true, rootTypesNoSchemaPrefix: true }));
  return `/** Made by \`npm run types\` from tests/fixtures/openapi.json: do not edit. */\n\n${types}`;
}

/** The messages that the page reads before its panels have come. */
const READ_AT_START =
  "BarPattern CorpusMap DrawnKit EvenReply FormatInfo Given Heard Instrument KeptId KeptInfo KeptKit KeptProject KeptVersion KitToKeep KitVoice MapGround PatternReply PlacedSound Project ProjectReply Refusal Scene SoundMap".split(" ");

/** `messageChecks.ts` requires every property. */
const withoutRequired = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === "required" && Array.isArray(value) ? undefined : value)));

/** These schemas and all that they refer to. */
function withReferences(names: readonly string[], schemas: OpenApi["components"]["schemas"]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const [, other] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)) add(other!);
  };
  names.forEach(add);
  return found;
}

/** `src/rules/wireSchemas.generated.json`, and what the page can do without at its start, `laterSchemas.generated.json`. */
export function wireSchemas({ components }: OpenApi): { readonly start: string; readonly later: string } {
  const schemas = Object.entries(completeEach(components.schemas, ["title", "default", "description"])).map(([name, schema]) => [name, withoutRequired(schema)] as const);
  const start = withReferences(READ_AT_START, components.schemas);
  const written = (atStart: boolean) => `${JSON.stringify(Object.fromEntries(schemas.filter(([name]) => start.has(name) === atStart)), null, 1)}\n`;
  return { start: written(true), later: written(false) };
}
