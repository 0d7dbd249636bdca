/** Page and server read the same messages: both are held to the same file. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ProtocolError,
  readCompleteRequest,
  readCorpus,
  readDrawnKit,
  readFeelRequest,
  readHeard,
  readInstrument,
  readKeptInfo,
  readKeptKit,
  readKeptVersion,
  readKitDraw,
  readKitVoice,
  readMapGround,
  readNeighbour,
  readPattern,
  readPatternMade,
  readPatternReply,
  readPatternRequest,
  readPhraseRequest,
  readPlacedSound,
  readRefusal,
  readShiftReply,
  readShiftRequest,
  readSoundInfo,
  readSoundMap,
  readSoundRequest,
  readTapsRequest,
} from "./protocol";

type Messages = Record<string, unknown[]>;
const { accepted, refused } = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/protocol.json", import.meta.url), "utf8"),
) as { accepted: Messages; refused: Messages };

const readers: Record<string, (message: unknown) => unknown> = {
  WirePattern: readPattern,
  Instrument: readInstrument,
  CorpusMap: readCorpus,
  PatternReply: (message) => readPatternReply(message, (message as { patterns?: unknown[] }).patterns?.length ?? 0),
  MapGround: readMapGround,
  Neighbour: readNeighbour,
  PatternRequest: readPatternRequest,
  PhraseRequest: readPhraseRequest,
  FeelRequest: readFeelRequest,
  CompleteRequest: readCompleteRequest,
  TapsRequest: readTapsRequest,
  PatternMade: readPatternMade,
  ShiftRequest: readShiftRequest,
  ShiftReply: readShiftReply,
  SoundInfo: readSoundInfo,
  SoundMap: readSoundMap,
  SoundRequest: readSoundRequest,
  Heard: readHeard,
  PlacedSound: readPlacedSound,
  KitVoice: readKitVoice,
  KitDraw: readKitDraw,
  DrawnKit: readDrawnKit,
  KeptInfo: readKeptInfo,
  KeptVersion: readKeptVersion,
  KeptKit: readKeptKit,
  Refusal: readRefusal,
};

const flat = (messages: Messages) => Object.entries(messages).flatMap(([name, list]) => list.map((message) => ({ name, message })));

describe("what both sides read comes back unchanged", () => {
  test.each(flat(accepted))("$name $message", ({ name, message }) => expect(readers[name]!(message)).toEqual(message));
});

describe("what neither side reads is refused", () => {
  test.each(flat(refused))("$name $message", ({ name, message }) => expect(() => readers[name]!(message)).toThrow(ProtocolError));
});

test("as many patterns as were asked for", () => {
  expect(() => readPatternReply({ patterns: [] }, 1)).toThrow("asked for 1 patterns, got 0");
});

test("a stroke outside its bar is refused", () => {
  expect(() => readPattern({ meter: [3, 4], strokes: [[0, 48, 1, 0]] })).toThrow("step 48 lies outside a bar of 48 steps");
});

test("an answer that is no refusal is none", () => expect(readRefusal("<html>")).toBeNull());
