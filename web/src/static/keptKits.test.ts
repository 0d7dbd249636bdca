import { expect, test } from "vitest";
import { FACTORY_VOICE } from "../rules/project";
import { readMessage, readMessages } from "../rules/messageChecks";
import { KeptInBrowser, type Shelf } from "./keptKits";

const voices = Array.from({ length: 8 }, () => FACTORY_VOICE);
function shelf(room = Infinity): Shelf {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, text) => {
      if (text.length > room) throw new Error("QuotaExceededError");
      kept.set(key, text);
    },
  };
}

test("kits are kept with their versions, renamed, deleted and brought back, also after a reload", () => {
  const place = shelf();
  const before = new KeptInBrowser(place);
  expect(before.answer("POST", "kept", { name: "mine", voices })).toEqual({ id: 1 });
  before.answer("POST", "kept", { name: "mine", voices });
  before.answer("POST", "kept", { name: "other", voices });
  const library = new KeptInBrowser(place);
  expect(readMessages("KeptInfo", library.answer("GET", "kept", null)).map(({ id, name, versions }) => [id, name, versions])).toEqual([[2, "other", 1], [1, "mine", 2]]); // prettier-ignore
  expect(readMessages("KeptVersion", library.answer("GET", "kept/1/history", null)).map(({ version }) => version)).toEqual([2, 1]);
  expect(readMessage("KeptKit", library.answer("GET", "kept/1/history/1", null)).version).toBe(1);
  expect(() => library.answer("PATCH", "kept/1", { name: "other" })).toThrow("another kit is called 'other'");
  library.answer("DELETE", "kept/2", null);
  library.answer("PATCH", "kept/1", { name: "other" });
  expect(() => library.answer("POST", "kept/2/restore", {})).toThrow("another kit is called 'other'");
  library.answer("DELETE", "kept/1", null);
  library.answer("POST", "kept/2/restore", {});
  expect(readMessages("KeptInfo", library.answer("GET", "kept", null)).map(({ name }) => name)).toEqual(["other"]);
  expect(() => library.answer("GET", "kept/9", null)).toThrow("no kit is kept under the number 9");
  expect(() => library.answer("GET", "kept/2/history/4", null)).toThrow("versions 1 to 1, got 4");
});

test("a browser without room says so, and what was kept stays", () => {
  const place = shelf(4500);
  const library = new KeptInBrowser(place);
  library.answer("POST", "kept", { name: "one", voices });
  expect(() => library.answer("POST", "kept", { name: "two", voices })).toThrow("save the project as a file");
  expect(readMessages("KeptInfo", library.answer("GET", "kept", null))).toHaveLength(1);
});
