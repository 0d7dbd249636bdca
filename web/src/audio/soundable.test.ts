import { expect, test } from "vitest";
import { areSoundable, isSoundable, LOUDEST } from "./soundable";

test.each([
  [[], true],
  [[0, -1, 0.5, -LOUDEST], true],
  [[0, Number.NaN, 0.5], false],
  [[0, Infinity], false],
  [[-Infinity, 1], false],
  [[1e30], false],
])("samples %j are sound: %s", (samples, sound) => {
  expect(areSoundable(Float32Array.from(samples))).toBe(sound);
});

test("a sound is looked at once, in all of its channels", () => {
  let looks = 0;
  const channels = [Float32Array.of(0, 1), Float32Array.of(0, Number.NaN)];
  const sound = { numberOfChannels: 2, getChannelData: (channel: number) => (looks++, channels[channel]!) } as unknown as AudioBuffer;
  expect([isSoundable(sound), isSoundable(sound), looks]).toEqual([false, false, 2]);
});
