import { beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { kitVoices, voicesOfKit, withKit, withSound, withSounds } from "../rules/kitChanges";
import { undo } from "../rules/history";
import { keptKitId, keptKitName, SPACE_KIT } from "../rules/kitNames";
import { readLink, writeLink } from "../rules/link";
import type { KeptInfo, KeptKit, KitVoice } from "../rules/protocol";
import { NEW_PAGE_PROJECT } from "../rules/scene";
import { DEFAULT_SOUND, type VoiceSound } from "../rules/voiceSound";
import type { KitLibrary } from "../net/kitLibrary";
import { serverSounds } from "../net/sources";
import { Kits } from "../audio/kits";
import { parse, restore, serialise } from "./browserStorage";
import { KeptKits } from "./keptKits";
import { Store } from "./store";

/** A kit library as clave/app/kit_library.py has it, in memory. */
class FakeShelf implements KitLibrary {
  readonly all: { id: number; name: string; deleted: boolean; versions: KitVoice[][] }[] = [];

  private at(id: number) {
    const kit = this.all.find((each) => each.id === id);
    if (!kit) throw new Error(`no kit is kept under the number ${id}`);
    return kit;
  }
  private there = (name: string) => this.all.find((kit) => kit.name === name && !kit.deleted);
  private info = ({ id, name, versions }: FakeShelf["all"][number]): KeptInfo => ({ id, name, changed: "2026-01-02T03:04:05Z", versions: versions.length });

  kits = async () => this.all.filter(({ deleted }) => !deleted).map(this.info);
  keep = async (name: string, voices: readonly KitVoice[]) => {
    let kit = this.there(name);
    if (!kit) this.all.push((kit = { id: this.all.length + 1, name, deleted: false, versions: [] }));
    kit.versions.push(JSON.parse(JSON.stringify(voices)) as KitVoice[]);
    return kit.id;
  };
  kit = async (id: number, version?: number): Promise<KeptKit> => {
    const kit = this.at(id);
    const which = version ?? kit.versions.length;
    return { ...this.info(kit), version: which, voices: kit.versions[which - 1]! };
  };
  history = async (id: number) => this.at(id).versions.map((_, index) => ({ version: index + 1, changed: "2026-01-02T03:04:05Z" })).reverse();
  rename = async (id: number, name: string) => {
    if (this.there(name)) throw new Error(`another kit is called '${name}'`);
    this.at(id).name = name;
  };
  remove = async (id: number) => void (this.at(id).deleted = true);
  restore = async (id: number) => {
    if (this.there(this.at(id).name)) throw new Error(`another kit is called '${this.at(id).name}'`);
    this.at(id).deleted = false;
  };
}

const on = (x: number): VoiceSound => ({ ...DEFAULT_SOUND, from: "map", kit: null, point: [x, 0.25], seed: 3, tune: -2 });
const bright = NEW_PAGE_PROJECT.scene.kit.voices.map((_, voice) => on(voice / 8));
const dark = NEW_PAGE_PROJECT.scene.kit.voices.map((_, voice) => on(-voice / 8));

let store: Store;
let library: FakeShelf;
let kept: KeptKits;

const sounding = () => kitVoices(store.scene.value);
const sound = (sounds: readonly VoiceSound[]) => {
  store.changeScene("sounds", withSounds({ ...store.scene.value, kit: { ...store.scene.value.kit, name: SPACE_KIT } }, sounds));
  store.settle();
};
const names = () => store.kept.kits.value!.map(({ name }) => name);
const notice = () => store.notice.value?.text;

beforeEach(() => {
  store = new Store();
  store.instrument.value = toyInstrument;
  library = new FakeShelf();
  kept = new KeptKits(store, new Kits(serverSounds), serverSounds, library);
});

test("what is kept comes back as it was, in one step of undo", async () => {
  sound(bright);
  const before = sounding();
  expect(await kept.keep("Bright 808")).toBe(true);
  expect([names(), store.kitLabel(null), notice()]).toEqual([["Bright 808"], "Bright 808", "Kept as Bright 808."]);
  sound(dark);
  const steps = store.history.value.past.length;
  await kept.load(1);
  expect([sounding(), store.kitLabel(null)]).toEqual([before, "Bright 808"]);
  expect(store.history.value.past).toHaveLength(steps + 1);
  store.history.value = undo(store.history.value);
  expect(store.scene.value.kit.voices).toEqual(dark);
});

test("the pattern, the mix and the slots are kept", async () => {
  sound(bright);
  await kept.keep("mine");
  const { scene, ...whole } = store.project.value;
  const { kit: _, ...rest } = scene;
  sound(dark);
  await kept.load(1);
  expect(store.project.value).toMatchObject({ ...whole, scene: rest });
});

test("a name that is taken gets a next version, and each can be loaded", async () => {
  sound(bright);
  await kept.keep("mine");
  sound(dark);
  await kept.keep("mine");
  expect([names(), store.kept.kits.value![0]!.versions, notice()]).toEqual([["mine"], 2, "Kept as version 2 of mine."]);
  await kept.unfold(1);
  expect(store.kept.unfolded.value!.versions.map(({ version }) => version)).toEqual([2, 1]);
  await kept.load(1, { version: 1 });
  expect(store.scene.value.kit.voices).toEqual(bright);
  expect(notice()).toBe("mine, version 1 is loaded.");
  await kept.keep("mine");
  expect(store.kept.unfolded.value!.versions).toHaveLength(3); // the open list shows it at once
});

test("locked voices keep their sound unless they are included, and stay locked", async () => {
  sound(bright);
  await kept.keep("mine");
  sound(dark.map((each, voice) => ({ ...each, locked: voice === 1 })));
  await kept.load(1);
  expect(store.scene.value.kit.voices.map(({ point }) => point![0])).toEqual([0, -1 / 8, ...[2, 3, 4, 5, 6, 7].map((voice) => voice / 8)]);
  expect(notice()).toBe("mine is loaded; 1 held voice keeps its sound.");
  await kept.load(1, { lockedToo: true });
  expect(store.scene.value.kit.voices).toEqual(bright.map((each, voice) => ({ ...each, locked: voice === 1 })));
});

test("a locked voice of a built-in kit keeps that kit's sound", async () => {
  sound(bright);
  await kept.keep("mine");
  store.changeScene("kit", withSound(withKit(store.scene.value, voicesOfKit("low-toy", 8), "low-toy"), 2, { locked: true }));
  await kept.load(1);
  expect(sounding()[2]).toMatchObject({ from: "factory", kit: "low-toy" });
  expect(sounding()[3]).toMatchObject({ from: "map" });
});

test("a kit is renamed; a name that is taken is refused in words", async () => {
  sound(bright);
  await kept.keep("one");
  await kept.keep("two");
  expect(await kept.rename(1, "three")).toBe(true);
  expect(names()).toEqual(["three", "two"]);
  expect(await kept.rename(1, "two")).toBe(false);
  expect(store.notice.value).toMatchObject({ kind: "error", text: "another kit is called 'two'" });
});

test("what is deleted sounds on and can be brought back", async () => {
  sound(bright);
  await kept.keep("mine");
  const before = sounding();
  const [kit] = store.kept.kits.value!;
  await kept.unfold(1);
  await kept.remove(kit!);
  expect([names(), store.kept.removed.value, store.kept.unfolded.value, sounding()]).toEqual([[], [kit], null, before]);
  expect(store.kitLabel(null)).toBe("mine (deleted)");
  await kept.restore(kit!);
  expect([names(), store.kept.removed.value]).toEqual([["mine"], []]);
});

test("a kit of which not all sounds are drawn is not kept", async () => {
  store.changeScene("kit", withKit(store.scene.value, voicesOfKit(SPACE_KIT, 8), SPACE_KIT));
  expect(await kept.keep("half")).toBe(false);
  expect([library.all, notice()]).toEqual([[], "Not all eight sounds are there yet."]);
});

test("a folder's sounds go to the server as files, for the page alone knows them", async () => {
  const digest = "ab".repeat(32);
  const posted: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    posted.push(path);
    return new Response(JSON.stringify({ point: [0.5, 0.5], detail: [1, 2], file: digest, heard: { brightness_hz: 900, decay_s: 0.2, pitch_hz: null, noisiness: 0.5 }, nearest: [] }));
  });
  const buffer = { numberOfChannels: 1, sampleRate: 44_100, getChannelData: () => new Float32Array(4) };
  const kits = { load: () => Promise.resolve(NEW_PAGE_PROJECT.scene.kit.voices.map(() => buffer)) } as unknown as Kits;
  kept = new KeptKits(store, kits, serverSounds, library);
  store.folderKits.value = [{ name: "my drums", label: "my drums" }];
  store.changeScene("kit", withSound(withKit(store.scene.value, voicesOfKit("my drums", 8), "my drums"), 7, on(0)));
  await kept.keep("taken home");
  expect(posted).toEqual([0, 1, 2, 3, 4, 5, 6].map((voice) => `./api/sounds/${voice}/place`));
  const saved = library.all[0]!.versions[0]!;
  expect(saved.slice(0, 7).every((voice) => voice.from === "file" && voice.file === digest && voice.kit === null)).toBe(true);
  expect(saved[7]).toMatchObject({ from: "map" });
  expect(sounding()).toEqual(saved);
  vi.unstubAllGlobals();
});

test("a server that does not answer is reported", async () => {
  library.kits = () => Promise.reject(new Error("the server does not answer"));
  await kept.refresh();
  expect([store.kept.kits.value, store.notice.value?.kind]).toEqual([null, "error"]);
});

test("which kit plays is remembered; a link for elsewhere names none that is only here", async () => {
  sound(bright);
  await kept.keep("mine");
  const { project, scene, clicks } = store;
  expect([scene.value.kit.name, keptKitId(keptKitName(12)), keptKitId("toy")]).toEqual(["kept 1", 12, null]);
  const link = `#${writeLink(project.value)}`;
  expect(restore(link, parse(serialise(project.value, clicks.value, link, []))).project.scene.kit).toMatchObject({ name: "kept 1", voices: bright });
  const elsewhere = readLink(link, NEW_PAGE_PROJECT)!.scene.kit;
  expect([elsewhere.name, elsewhere.voices.map(({ point }) => point)]).toEqual([SPACE_KIT, bright.map(({ point }) => point)]);
});
