/** Page and server read the same messages: both are held to the same file. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type MessageName, ProtocolError, readMessage, readMessages, readPatternReply, readRefusal } from "./messageChecks";

type Messages = Partial<Record<MessageName, unknown[]>>;
const { accepted, refused } = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/protocol.json", import.meta.url), "utf8"),
) as { accepted: Messages; refused: Messages };

/** Refused by the server alone: the page writes these messages and never reads one. */
const ONLY_BY_THE_SERVER = [{ name: "KitDraw", words: '"kept":{"8"' }];

const flat = (messages: Messages) => Object.entries(messages).flatMap(([name, list]) => list.map((message) => ({ name: name as MessageName, message })));
const bothRefuse = flat(refused).filter(
  (each) => !ONLY_BY_THE_SERVER.some(({ name, words }) => each.name === name && JSON.stringify(each.message).includes(words)),
);

describe("what both sides read comes back unchanged", () => {
  test.each(flat(accepted))("$name $message", ({ name, message }) => expect(readMessage(name, message)).toEqual(message));
});

describe("what neither side reads is refused", () => {
  test.each(bothRefuse)("$name $message", ({ name, message }) => expect(() => readMessage(name, message)).toThrow(ProtocolError));
});

test("one message of the file is refused by the server alone", () => expect(bothRefuse).toHaveLength(flat(refused).length - 1));

test("the message names the field and the rule", () => {
  expect(() => readMessage("PatternReply", { patterns: [{ meter: [4, 4], strokes: [[0, 0, 2, 0]] }] })).toThrow("PatternReply.patterns.0.strokes.0.2: 2 is greater than 1.");
  expect(() => readMessage("PatternMade", { patron: null })).toThrow("PatternMade");
});

test("as many patterns as were asked for", () => {
  expect(() => readPatternReply({ patterns: [] }, 1)).toThrow("asked for 1 patterns, got 0");
});

test("a stroke outside its bar is refused", () => {
  const late = { meter: [3, 4], strokes: [[0, 48, 1, 0]] };
  expect(() => readMessage("BarPattern", late)).toThrow("step 48 lies outside a bar of 48 steps");
  expect(() => readMessage("PatternReply", { patterns: [late] })).toThrow("step 48");
  expect(() => readMessage("BarPattern", { meter: [0, 4], strokes: [] })).toThrow("no bar of meter 0/4");
});

const corpus = { x: [0], y: [0], style: [-1], styles: ["funk"], section: [0], sections: ["beat"], source: [0], sources: ["a.mid"], licences: ["CC0"], own: [], credit: "" };

test.each([
  [{ y: [] }, "the columns of the corpus differ in length"],
  [{ style: [1] }, "a style is not in the list"],
  [{ section: [-1] }, "a section is not in the list"],
  [{ source: [1] }, "a source is not in the list"],
  [{ own: [1] }, "a source of the player's own is not in the list"],
  [{ licences: [] }, "the columns of the sources differ in length"],
])("a corpus with %o is refused", (changes, rule) => expect(() => readMessage("CorpusMap", { ...corpus, ...changes })).toThrow(rule));

test("a map of sounds whose columns do not match is refused", () => {
  const map = { x: [0], y: [0], source: [0], sources: ["a"], licences: [""], brightness: [0], decay: [0], pitch: [], noisiness: [0] };
  expect(readMessage("SoundMap", map)).toEqual(map);
  expect(() => readMessage("SoundMap", { ...map, decay: [0, 1] })).toThrow("the columns of the map differ in length");
  expect(() => readMessage("SoundMap", { ...map, source: [1] })).toThrow("a source is not in the list");
});

test("a background of the map has as many points as it says", () => {
  expect(() => readMessage("MapGround", { size: 2, span: 3, distance: [0, 0, 0, 0], styles: { funk: [0] } })).toThrow("2 times 2 points, got 1");
});

test("a list is read one by one", () => {
  expect(readMessages("KeptVersion", [{ version: 1, changed: "" }])).toHaveLength(1);
  expect(() => readMessages("KeptVersion", [{ version: 1 }])).toThrow(ProtocolError);
  expect(() => readMessages("KeptVersion", { version: 1, changed: "" })).toThrow("not a list of KeptVersion");
});

test("an answer that is no refusal is none", () => expect(readRefusal("<html>")).toBeNull());
