/** Types and schemas of the messages are what the generator makes of the server's OpenAPI document; `npm run types` writes them. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type OpenApi, wireSchemas, wireTypes } from "../dev/wireTypes";

const document = JSON.parse(readFileSync(new URL("../../tests/fixtures/openapi.json", import.meta.url), "utf8")) as OpenApi;

test("the types", async () => {
  await expect(await wireTypes(document)).toMatchFileSnapshot("../src/rules/wireTypes.generated.ts");
});

test("the schemas", async () => {
  const { start, later } = wireSchemas(document);
  await expect(start).toMatchFileSnapshot("../src/rules/wireSchemas.generated.json");
  await expect(later).toMatchFileSnapshot("../src/rules/laterSchemas.generated.json");
});
