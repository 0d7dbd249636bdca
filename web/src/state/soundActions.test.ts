import { beforeEach, expect, test, vi } from "vitest";
import { toyBar, toyCorpus, toyInstrument } from "../../dev/toyServer";
import { voicesOfKit, withKit } from "../rules/kitChanges";
import { SPACE_KIT } from "../rules/kitNames";
import type { Bar } from "../rules/project";
import { type SoundRequest, VOICE_COUNT } from "../rules/protocol";
import { DEFAULT_SOUND } from "../rules/voiceSound";
import { Kits } from "../audio/kits";
import { serverRhythm, serverSounds } from "../net/sources";
import { Actions } from "./actions";
import { Decoding } from "./decoding";
import { inDisc, SIMILAR_SOUNDS, similarSounds, SoundActions } from "./soundActions";
import { Sounds } from "./sounds";
import { Store } from "./store";

let store: Store;
let actions: SoundActions;
let requested: { path: string; message: unknown }[];
let arrived: number[]; // voices whose sound is another one
let held: (() => void)[] | null; // answers to sounds that wait to be given; null answers at once

const DIGEST = "0f".repeat(32);
const HEARD = { brightness_hz: 5000, decay_s: 0.42, pitch_hz: null, noisiness: 0.5 };
const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status });

/** A space in which a sound is its request: the buffer holds the request. */
function answer(path: string, message: unknown): Response {
  if (path === "bars") return json({ patterns: (message as { bars: Bar[] }).bars.map(toyBar) });
  if (path === "kits/draw") {
    const { seed, kept } = message as { seed: number; kept: Record<number, unknown> };
    const drawn = (voice: number) => ({ ...DEFAULT_SOUND, from: "map", kit: null, point: [((seed + voice) % 5) - 2 + 1e-9, 1], seed });
    return json({ voices: Array.from({ length: VOICE_COUNT }, (_, voice) => kept[voice] ?? drawn(voice)) });
  }
  if (path.endsWith("/place"))
    return message instanceof File && message.name.endsWith(".wav")
      ? json({ point: [0.5, -0.5], detail: [1, 2], file: DIGEST, heard: HEARD, nearest: [] })
      : json({ error: "tin.txt is no sound", kind: "sound" }, 422);
  return new Response(JSON.stringify(message ?? path), { headers: { "clave-heard": JSON.stringify(HEARD) } });
}

beforeEach(() => {
  requested = [];
  held = null;
  vi.stubGlobal("fetch", (address: string, request?: RequestInit) => {
    const path = address.replace("./api/", "");
    const message: unknown = typeof request?.body === "string" ? JSON.parse(request.body) : request?.body;
    requested.push({ path, message });
    const waits = held !== null && path.startsWith("sounds/");
    return new Promise((resolve) => (waits ? held!.push(() => resolve(answer(path, message))) : resolve(answer(path, message))));
  });
  vi.stubGlobal(
    "OfflineAudioContext",
    class {
      decodeAudioData = async (file: ArrayBuffer) => ({ says: new TextDecoder().decode(file), numberOfChannels: 0 });
    },
  );
  store = new Store();
  arrived = [];
  const sounds = new Sounds(store, new Kits(serverSounds), serverSounds, (voice) => arrived.push(voice));
  actions = new SoundActions(store, new Actions(store), sounds, serverSounds, new Decoding(store, serverRhythm));
  store.corpus.value = toyCorpus();
  store.amendScene(withKit(store.scene.value, voicesOfKit(SPACE_KIT, VOICE_COUNT), SPACE_KIT));
  store.instrument.value = {
    ...toyInstrument,
    sound: { name: "toy", reference: { name: "toy", hash: "" }, voices: toyInstrument.voices.map(({ name }) => name), licence: "CC0", credit: "", sounds: 8, detail_size: 2, directions: [], verdict: null },
  };
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const sounds = () => store.scene.value.kit.voices;
const buffer = (voice: number) => (store.kitBuffers.value[voice] as unknown as { says: string } | undefined)?.says;
const soundsRequested = (voice: number) => requested.filter(({ path }) => path === `sounds/${voice}`).map(({ message }) => message as SoundRequest);

async function drawn(): Promise<void> {
  actions.drawMissing();
  await settled();
}

test("the space's kit is drawn by the seed, without a step of undo, and each voice gets its buffer", async () => {
  await drawn();
  expect(requested.find(({ path }) => path === "kits/draw")).toEqual({ path: "kits/draw", message: { seed: 0, kept: {} } });
  expect(sounds().map(({ from, point }) => [from, point])).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => ["map", [(n % 5) - 2, 1]]));
  expect(store.history.value.past).toHaveLength(0);
  expect(store.kitBuffers.value).toHaveLength(VOICE_COUNT);
  expect(buffer(3)).toContain('"point":[1,1]');
  expect(store.sounds.coming.value.size).toBe(0);
  expect(store.sounds.heard.value[3]).toEqual(HEARD);
});

test("a drag requests the latest point only, plays what has arrived until then, and is one step of undo", async () => {
  await drawn();
  held = [];
  for (let n = 1; n <= 20; n++) actions.move(2, [n / 10, 0]);
  store.settle();
  await settled();
  expect(soundsRequested(2).map(({ point }) => point)).toEqual([[0, 1], [0.1, 0]]);
  expect([...store.sounds.coming.value]).toEqual([2]);
  held.splice(0).forEach((give) => give());
  await settled();
  expect(buffer(2)).toContain('"point":[0.1,0]'); // morphing on the way
  held.splice(0).forEach((give) => give());
  await settled();
  expect(buffer(2)).toContain('"point":[2,0]');
  expect(soundsRequested(2)).toHaveLength(3);
  expect(store.history.value.past).toHaveLength(1);
});

test("velocity layers for all voices but the held, in one step of undo, without another request", async () => {
  await drawn();
  actions.lock(1, true);
  const before = requested.length;
  actions.layer(true);
  await settled();
  expect(sounds().map(({ velocity_layers }) => velocity_layers)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((voice) => voice !== 1));
  actions.layer(false);
  await settled();
  expect(sounds().some(({ velocity_layers }) => velocity_layers)).toBe(false);
  expect(requested).toHaveLength(before);
  expect(store.history.value.past).toHaveLength(3);
});

test("a sound that was heard before is not requested again", async () => {
  await drawn();
  const before = sounds()[1]!.point!;
  actions.move(1, [1, 1]);
  await settled();
  expect(arrived).toEqual([1]); // the other voices are left alone
  const many = requested.length;
  actions.move(1, before);
  await settled();
  expect(requested).toHaveLength(many);
  expect(buffer(1)).toContain(JSON.stringify(before));
});

test("a sound that does not arrive is reported, and the one before is kept", async () => {
  await drawn();
  const before = buffer(6);
  vi.stubGlobal("fetch", () => Promise.resolve(json({ error: "the space has no sound there", kind: "space" }, 422)));
  actions.move(6, [2.5, 2.5]);
  await settled();
  expect(store.notice.value).toEqual({ text: "the space has no sound there", kind: "error" });
  expect([buffer(6), store.sounds.coming.value.size]).toEqual([before, 0]);
});

test("a locked voice is not moved, randomised, tuned or drawn anew", async () => {
  await drawn();
  actions.lock(4, true);
  const kept = sounds()[4];
  actions.move(4, [2, 2]);
  actions.randomise(4);
  actions.adjust(4, "tune", { tune: 3 });
  expect(store.notice.value?.text).toBe("The sound of tom is held.");
  await actions.surprise();
  actions.chooseKit("toy");
  expect(sounds()[4]).toEqual(kept);
  expect(sounds()[3]).toEqual({ ...DEFAULT_SOUND, kit: "toy" });
});

test("a surprise is a new pattern and eight new sounds in one step of undo", async () => {
  await drawn();
  const before = store.scene.value;
  await actions.surprise();
  const after = store.scene.value;
  expect(store.shown.value).toEqual(toyBar(after.bars[0]!));
  expect(after.settings.seed).not.toBe(before.settings.seed);
  expect(after.kit.voices.every(({ seed }) => seed === after.settings.seed)).toBe(true);
  expect(store.history.value.past).toHaveLength(1);
});

test("a file plays as itself, its twin is one switch away, a drag leaves it", async () => {
  await drawn();
  await actions.takeFile(0, new File(["RIFF"], "tin.wav"));
  await settled();
  expect(sounds()[0]).toMatchObject({ from: "file", file: DIGEST, point: [0.5, -0.5], detail: [1, 2], file_name: "tin.wav", twin: false });
  expect(buffer(0)).toBe(JSON.stringify(`files/${DIGEST}.wav?voice=0`));
  actions.twin(0, true);
  await settled();
  expect(buffer(0)).toContain('"detail":[1,2]');
  actions.move(0, [1, 1]);
  expect(sounds()[0]).toMatchObject({ from: "map", file: null, detail: null, file_name: null });
});

test("what is no sound: the server's sentence is shown, and nothing changes", async () => {
  await drawn();
  const before = store.project.value;
  await actions.takeFile(0, new File(["hello"], "tin.txt"));
  expect(store.notice.value).toEqual({ text: "tin.txt is no sound", kind: "error" });
  expect(store.project.value).toBe(before);
});

test("a folder gives each voice its file; what is locked or refused keeps its sound, and the report says so", async () => {
  await drawn();
  actions.lock(1, true);
  const before = sounds();
  const files = ["kick.wav", "snare.wav", "clap.flac", "notes.txt"].map((name) => new File(["RIFF"], name));
  await actions.takeFolder(files);
  expect(sounds()[0]).toMatchObject({ from: "file", file_name: "kick.wav" });
  for (const voice of [1, 6, 7]) expect(sounds()[voice]).toBe(before[voice]);
  expect(store.notice.value?.text).toMatch(/^3 of 8 voices taken from the folder; .*1 file is not sound. clap.flac: tin.txt is no sound$/);
});

test("a random point stays within its radius and reaches all of it", () => {
  const points = Array.from({ length: 400 }, (_, n) => inDisc([0.5, -0.5], 0.6, (n * 0.618) % 1, ((n * 7) % 400) / 400));
  const distances = points.map(([x, y]) => Math.hypot(x - 0.5, y + 0.5));
  expect(Math.max(...distances)).toBeLessThan(0.601);
  expect(distances.filter((distance) => distance < 0.3).length / 400).toBeCloseTo(0.25, 1); // evenly spread: a quarter within half
});

test("sounds like one lie around it, apart from it and from each other, and stray a little", () => {
  let state = 1;
  const like = similarSounds({ ...DEFAULT_SOUND, from: "map", point: [0, 0], tune: 3 }, 0.6, () => (state = (state * 16807) % 2147483647) / 2147483647);
  expect(like).toHaveLength(SIMILAR_SOUNDS);
  like.forEach((one, n) => {
    const [x, y] = one.point!;
    expect(Math.hypot(x, y)).toBeGreaterThan(0.23);
    expect(Math.hypot(x, y)).toBeLessThan(0.601);
    expect([one.tune, one.variation > 0]).toEqual([3, true]);
    for (const other of like.slice(n + 1)) expect(Math.hypot(x - other.point![0], y - other.point![1])).toBeGreaterThan(0.2);
  });
});
