/** Types and schemas of the messages are what the generator makes of the server's OpenAPI document; `npm run types` writes them. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type OpenApi, projectSchemas, projectTypes, wireSchemas, wireTypes } from "../dev/wireTypes";

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../tests/fixtures/${name}`, import.meta.url), "utf8"));
const document = fixture("openapi.json") as OpenApi;
const project = fixture("project.schema.json") as Record<string, unknown>;

test("the types", async () => {
  await expect(await wireTypes(document)).toMatchFileSnapshot("../src/rules/wireTypes.generated.ts");
});

test("the schemas", async () => {
  await expect(wireSchemas(document)).toMatchFileSnapshot("../src/rules/wireSchemas.generated.json");
});

test("the types of a project", async () => {
  await expect(await projectTypes(project)).toMatchFileSnapshot("../src/rules/projectTypes.generated.ts");
});

test("the schemas of a project", async () => {
  await expect(projectSchemas(project)).toMatchFileSnapshot("../src/rules/projectSchemas.generated.json");
});
