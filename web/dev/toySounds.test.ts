/** The toy speaks the protocol, so that what works against it works against the instrument. */

import { expect, test } from "vitest";
import "../src/rules/laterMessages";
import { readMessage } from "../src/rules/messageChecks";
import { NO_SOUND_SHIFT } from "../src/rules/protocol";
import { answerSounds, toySoundInfo } from "./toySounds";

const bytesOf = (message: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(message));
const answerTo = (path: string, content: Uint8Array = new Uint8Array()): unknown => JSON.parse(answerSounds(path, content)!.body as string);

test("its maps, kits and places are what the page reads", () => {
  expect(readMessage("SoundInfo", toySoundInfo(["kick"])).voices).toEqual(["kick"]);
  expect(readMessage("SoundMap", answerTo("/api/sounds/3/map")).x.length).toBeGreaterThan(100);
  expect(readMessage("DrawnKit", answerTo("/api/kits/draw", bytesOf({ seed: 3, kept: {} }))).voices[0]!.from).toBe("map");
  const file = new TextEncoder().encode("RIFF of a kind");
  const { file: digest } = readMessage("PlacedSound", answerTo("/api/sounds/0/place", file));
  expect(answerSounds(`/api/files/${digest}.wav`, new Uint8Array())!.body).toEqual(file);
  expect(answerSounds("/api/sounds/0/place", bytesOf("a letter"))!.status).toBe(422);
  expect(answerSounds("/api/elsewhere", new Uint8Array())).toBeNull();
});

test("a sound is longer to the top and says so", () => {
  const at = (y: number) => answerSounds("/api/sounds/1", bytesOf({ point: [0, y], detail: null, variation: 0, seed: 0, shift: NO_SOUND_SHIFT }))!;
  const [low, high] = [at(-1), at(1)];
  expect(high.body.length).toBeGreaterThan(1.5 * low.body.length);
  const heard = (answer: typeof low) => readMessage("Heard", JSON.parse(answer.headers["clave-heard"]!));
  expect(heard(high).decay_s).toBeGreaterThan(heard(low).decay_s);
});
