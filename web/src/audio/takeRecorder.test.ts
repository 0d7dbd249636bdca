/** What the microphone hears as a WAV file, and what is said where there is none. */

import { afterEach, expect, test, vi } from "vitest";
import { recordTake, takeName, whyNoMicrophone } from "./takeRecorder";

afterEach(() => vi.unstubAllGlobals());

const refusal = (name: string) => Object.assign(new Error("no"), { name });

test.each([
  ["NotAllowedError", "allow it"],
  ["NotFoundError", "There is no microphone"],
  ["NotReadableError", "in use by another program"],
  ["AbortError", "cannot be recorded: no."],
])("%s is said in words", (name, words) => {
  expect(whyNoMicrophone(refusal(name))).toContain(words);
});

test("a browser without a microphone on this address, and one that refuses it", async () => {
  vi.stubGlobal("navigator", {});
  await expect(recordTake()).rejects.toThrow("over https");
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.reject(refusal("NotAllowedError")) } });
  await expect(recordTake()).rejects.toThrow("was not allowed the microphone");
});

/** A microphone whose recording is decoded to these samples; null: it cannot be decoded. */
function microphone(samples: Float32Array | null) {
  const stopped = vi.fn();
  class Recorder {
    state = "inactive";
    ondataavailable?: (event: { data: Blob }) => void;
    onstop?: () => void;
    start = () => (this.state = "recording");
    stop() {
      this.state = "inactive";
      this.ondataavailable?.({ data: new Blob(["heard"]) });
      this.onstop?.();
    }
  }
  class Context {
    decodeAudioData = () => (samples ? Promise.resolve({ sampleRate: 48_000, getChannelData: () => samples }) : Promise.reject(new Error("EncodingError")));
  }
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [{ stop: stopped }] }) } });
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("OfflineAudioContext", Context);
  return stopped;
}

test("a take is a mono WAV file at the rate it was heard in, and the microphone is let go", async () => {
  const stopped = microphone(Float32Array.of(0, 0.5, -0.5));
  const take = await recordTake();
  expect(stopped).not.toHaveBeenCalled();
  const file = await take.stop();
  expect(file.name).toMatch(/^take \d\d-\d\d-\d\d\.wav$/);
  const view = new DataView(await file.arrayBuffer());
  expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint32(40, true)]).toEqual([1, 48_000, 9]);
  expect(stopped).toHaveBeenCalledOnce();
});

test("a take that is dropped lets the microphone go; one without sound says so", async () => {
  const stopped = microphone(null);
  (await recordTake()).drop();
  expect(stopped).toHaveBeenCalledOnce();
  await expect((await recordTake()).stop()).rejects.toThrow("Nothing was recorded");
});

test("a take is called by the time of day", () => expect(takeName(new Date(2026, 0, 1, 9, 5, 30))).toBe("take 09-05-30.wav"));
