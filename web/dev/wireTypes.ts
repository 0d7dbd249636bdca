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
export const wireTypes = (document: OpenApi): Promise<string> => typesOf(document, "openapi.json");

/** `src/rules/projectTypes.generated.ts`: a JSON Schema has its parts under another name than OpenAPI has. */
export const projectTypes = (schema: Schema): Promise<string> => typesOf(partsOf(schema), "project.schema.json");

function partsOf(schema: Schema): OpenApi {
  const { $defs, $schema: _, title: __, ...project } = JSON.parse(JSON.stringify(schema).replaceAll("#/$defs/", "#/components/schemas/")) as Schema & { $defs: Record<string, Schema> };
  return { components: { schemas: { ...$defs, Project: project } } };
}

async function typesOf({ components }: OpenApi, file: string): Promise<string> {
  const schemas = completeEach(components.schemas, ["title", "default"]) as Record<string, SchemaObject>;
  const document = { openapi: "3.1.0", info: { title: "Clave", version: "" }, paths: {}, components: { schemas } };
  const types = astToString(await openapiTS(document, { immutable: true, rootTypes: true, rootTypesNoSchemaPrefix: true }));
  return `/** Made by \`npm run types\` from tests/fixtures/${file}: do not edit. */\n\n${types}`;
}

/** `src/rules/projectSchemas.generated.json` */
export const projectSchemas = (schema: Schema): string => wireSchemas(partsOf(schema));

/** `src/rules/wireSchemas.generated.json` */
export const wireSchemas = ({ components }: OpenApi): string =>
  `${JSON.stringify({ components: { schemas: completeEach(components.schemas, ["title", "default", "description"]) } }, null, 1)}\n`;
