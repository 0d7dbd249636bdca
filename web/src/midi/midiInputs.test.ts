import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FollowedPhase } from "./followedPhase";
import { ClockFollower, type ClockCommand } from "./clockFollower";
import { ClockSources } from "./clockSources";
import { LoopGuard, SURE_NOTES, SURE_PULSES } from "./loopGuard";
import { bindingOf, type Heard } from "./midiIn";
import type { ShownPort } from "./midiFeedback";
import type { Pad } from "./midiGrid";
import { DEFAULT_MIDI_IN, describeInput, type InputAccess, type InputPort, MIDI_IN_OFF, MidiInputs, type MidiInSettings, type MidiInState } from "./midiInputs";
import { readMap, USUAL_MAP, writeMap } from "./midiMap";

let settings: { value: MidiInSettings };
let shown: { value: MidiInState };
let ports: InputPort[];
let heard: Heard[];
let commands: ClockCommand[];
let pressed: Pad[];
let outputs: (ShownPort & { sent: number[][] })[];
let now = 0; // seconds
let inputs: MidiInputs;
const values = new Map([["tempo", 0.5]]);
let access: InputAccess;
const view = { scenes: [true], current: 0, queued: null, voice: 0, struck: [true, false], sounding: null };

function output(name: string) {
  const sent: number[][] = [];
  return { name, state: "connected" as const, sent, send: (message: number[]) => void sent.push(message) };
}
/** What this output was sent since the last call. */
const shownAt = (place: number) => outputs[place]!.sent.splice(0);

const port = (name: string): InputPort => ({ id: name, name, state: "connected", onmidimessage: null });
const say = (from: InputPort, ...data: number[]) => from.onmidimessage?.({ data: Uint8Array.from(data), timeStamp: now * 1000 });
const words = () => describeInput(shown.value, settings.value);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  vi.spyOn(performance, "now").mockImplementation(() => now * 1000);
  now = 0;
  settings = { value: DEFAULT_MIDI_IN };
  shown = { value: MIDI_IN_OFF };
  [heard, commands, pressed] = [[], [], []];
  outputs = ["Pads", "Knobs"].map(output);
  ports = [port("Pads"), port("Knobs")];
  access = { inputs: { values: () => ports }, outputs: { values: () => outputs }, onstatechange: null };
  inputs = new MidiInputs({
    settings,
    shown,
    present: (target) => values.get(target) ?? null,
    play: (each) => heard.push(each),
    obey: (command) => commands.push(command),
    press: (pad) => pressed.push(pad),
    feedback: { value: (target) => values.get(target) ?? null, view: () => view },
    ask: () => Promise.resolve(access),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("off until it is turned on; then all inputs play, or the chosen one", async () => {
  expect(words()).toBe("off");
  await inputs.turnOn();
  expect(words()).toBe("all inputs");
  say(ports[0]!, 0x99, 36, 127);
  say(ports[1]!, 0x90, 38, 64);
  inputs.change({ port: { id: "Pads", name: "Pads" } });
  say(ports[1]!, 0x90, 38, 64);
  expect(words()).toBe("Pads");
  expect(heard).toEqual([
    { kind: "struck", voice: 0, velocity: 1 },
    { kind: "struck", voice: 1, velocity: 64 / 127 },
  ]);
  inputs.turnOff();
  say(ports[0]!, 0x99, 36, 127);
  expect([words(), heard.length]).toEqual(["off", 2]);
});

test("a control is learned, moves its target, and is forgotten", async () => {
  await inputs.turnOn();
  inputs.learn("tempo");
  expect(shown.value.learning).toBe("tempo");
  for (const value of [60, 61, 62, 63]) say(ports[1]!, 0xb0, 20, value);
  expect([shown.value.learning, settings.value.map.controls]).toEqual([null, [bindingOf("tempo", 20, "absolute", 1)]]);
  expect(heard).toEqual([]);
  say(ports[1]!, 0xb0, 20, 64);
  expect(heard).toEqual([{ kind: "moved", target: "tempo", value: 64 / 127 }]);
  inputs.learn("tom.strike");
  say(ports[0]!, 0x93, 70, 90);
  say(ports[0]!, 0x93, 70, 127);
  expect(heard.splice(1)).toEqual([{ kind: "struck", voice: 4, velocity: 1 }]);
  inputs.unbind(settings.value.map.controls[0]!);
  say(ports[1]!, 0xb0, 20, 66);
  expect(heard).toHaveLength(1);
});

test("a clock is followed only when it is wanted, and a second one is named", async () => {
  await inputs.turnOn();
  const pulses = (count: number, also = false) => {
    for (let pulse = 0; pulse < count; pulse++) {
      say(ports[0]!, 0xf8);
      if (also) say(ports[1]!, 0xf8);
      now += 0.02;
    }
  };
  pulses(30);
  expect(words()).toBe("all inputs");
  inputs.change({ follow: true });
  vi.advanceTimersByTime(250);
  expect(words()).toBe("all inputs, waiting for a clock");
  say(ports[0]!, 0xfa);
  pulses(60, true);
  vi.advanceTimersByTime(250);
  expect(words()).toBe("follows Pads, 125.0 bpm; Knobs sends a clock too, which is not followed");
  expect([commands.map(({ kind }) => kind), inputs.following]).toEqual([["start"], true]);
  now += 1;
  vi.advanceTimersByTime(250);
  expect([commands.map(({ kind }) => kind), inputs.following]).toEqual([["start", "stop"], false]);
});

test("our own output that comes back is cut off, and heard again when the cable was changed", async () => {
  await inputs.turnOn();
  for (let note = 0; note < SURE_NOTES + 2; note++) {
    inputs.sent(now * 1000, [0x99, 36, 90 + note]);
    now += 0.01;
    say(ports[0]!, 0x99, 36, 90 + note);
    now += 0.1;
  }
  expect(words()).toBe("Pads hears what we send: cut off");
  expect(heard).toHaveLength(SURE_NOTES - 1);
  say(ports[1]!, 0x99, 36, 1);
  expect(heard).toHaveLength(SURE_NOTES);
  inputs.mend();
  say(ports[0]!, 0x99, 36, 1);
  expect([words(), heard.length]).toEqual(["all inputs", SURE_NOTES + 1]);
});

test("our own pulses that come back are cut off while we lead; another clock is not", () => {
  const [echo, other] = [new LoopGuard(), new LoopGuard()];
  for (let pulse = 0; pulse < 2 * SURE_PULSES; pulse++) {
    for (const guard of [echo, other]) guard.sent(pulse * 0.02 + 0.05, [0xf8]); // ahead of its time
    echo.heard(pulse * 0.02 + 0.005, [0xf8], true);
    other.heard(pulse * 0.0201 + 0.005, [0xf8], true);
  }
  expect([echo.cut, other.cut]).toEqual([true, false]);
});

test("a clock that has been silent for two seconds gives way to another", () => {
  const sources = new ClockSources();
  for (let pulse = 0; pulse < 50; pulse++) sources.hear("one", pulse * 0.02, [0xf8]);
  for (let pulse = 50; pulse < 250; pulse++) sources.hear("other", pulse * 0.02, [0xf8]);
  expect([sources.followed, sources.others(5)]).toEqual(["other", []]);
});

test("values go back to a controller when it is new and when they change, but not what its own hand has moved", async () => {
  values.set("tempo", 0.5);
  settings.value = { ...DEFAULT_MIDI_IN, map: { ...USUAL_MAP, controls: [bindingOf("tempo", 20, "absolute", 1)] } };
  await inputs.turnOn();
  vi.advanceTimersByTime(100);
  expect([shownAt(0), shownAt(1)]).toEqual([[[0xb0, 20, 64]], [[0xb0, 20, 64]]]);
  say(ports[0]!, 0xb0, 20, 64); // a controller that sends back what it is shown
  expect(heard).toEqual([]);
  now += 1;
  values.set("tempo", 1);
  vi.advanceTimersByTime(100);
  expect([shownAt(0), shownAt(1)]).toEqual([[[0xb0, 20, 127]], [[0xb0, 20, 127]]]);
  now += 1;
  say(ports[1]!, 0xb0, 20, 127);
  say(ports[1]!, 0xb0, 20, 60);
  expect(heard.length).toBeGreaterThan(0);
  values.set("tempo", 60 / 127);
  vi.advanceTimersByTime(100);
  expect([shownAt(0), shownAt(1)]).toEqual([[[0xb0, 20, 60]], []]);
  const back = output("Knobs");
  outputs = [outputs[0]!, back]; // unplugged and plugged in again
  access.onstatechange!();
  vi.advanceTimersByTime(100);
  expect([shownAt(0), shownAt(1)]).toEqual([[], [[0xb0, 20, 60]]]);
  values.set("tempo", 0.5);
});

test("a grid of pads presses, lights up, and plays no notes", async () => {
  inputs.change({ grid: { id: "Pads", name: "Pads" } });
  await inputs.turnOn();
  say(ports[0]!, 0x90, 81, 100);
  say(ports[0]!, 0x90, 81, 0);
  say(ports[0]!, 0x90, 11, 1);
  say(ports[0]!, 0x90, 99, 1); // no pad
  expect(pressed).toEqual([{ kind: "scene", number: 0 }, { kind: "sixteenth", number: 16 }]);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(100);
  const lit = shownAt(0);
  expect(lit.length).toBe(64);
  expect(lit.filter(([, , colour]) => colour !== 0)).toEqual([[0x90, 81, 21], [0x90, 41, 9], ...[42, 43, 44, 45, 46, 47, 48].map((note) => [0x90, note, 1]), [0x90, 31, 21]]);
  vi.advanceTimersByTime(100);
  expect(shownAt(0)).toEqual([]);
  inputs.change({ gridModel: "launchpad-s" });
  vi.advanceTimersByTime(100);
  expect(shownAt(0)).toContainEqual([0x90, 0, 60]);
});

test("a browser without Web MIDI, a refusal and no input are said", async () => {
  const build = (ask?: () => Promise<never>) => new MidiInputs({ settings, shown, present: () => null, play: () => {}, obey: () => {}, press: () => {}, feedback: { value: () => null, view: () => view }, ...(ask ? { ask } : {}) });
  await build().turnOn();
  expect(words()).toBe("this browser has no Web MIDI");
  await build(() => Promise.reject(new Error("NotAllowedError"))).turnOn();
  expect(words()).toBe("permission refused");
  ports = [];
  await inputs.turnOn();
  expect(words()).toBe("no input connected");
});

test("steps last as long as those of the other program, and catch up with it", () => {
  const follower = new ClockFollower();
  const phase = new FollowedPhase(follower, { momentMs: () => now * 1000, audibleAt: (ms) => ms / 1000 + 7 }); // the audio clock shows 7 s more
  follower.hear(0, [0xfa]);
  const [off, pulse]: [number[], number] = [[], 0.025];
  let [heardUpTo, place] = [0, { position: 0, time: 7.04 }]; // 40 ms late
  for (; now < 5; now += 0.002) {
    for (; heardUpTo * pulse <= now; heardUpTo++) follower.hear(heardUpTo * pulse, [0xf8]);
    follower.update(now);
    while (place.time < now + 7.1) {
      off.push(place.time - 7 - (place.position / (2 / 3)) * pulse);
      place = { position: place.position + 1, time: place.time + phase.stepSeconds(1, place) };
    }
  }
  expect(phase.stepSeconds(0.5, place)).toBeCloseTo((pulse * 1.5) / 2, 4);
  expect(off[0]).toBeCloseTo(0.04, 5);
  expect(Math.max(...off.slice(20).map(Math.abs))).toBeLessThan(0.002);
});

test("a map comes back from its file, and a broken one names the rule and the value", () => {
  const map = { ...USUAL_MAP, name: "mine", channel: 3, controls: [bindingOf("tempo", 3, "absolute-14", 2)] };
  expect(readMap(writeMap(map))).toEqual(map);
  const broken = (changes: object) => () => readMap(JSON.stringify({ ...(JSON.parse(writeMap(map)) as object), ...changes }));
  expect(() => readMap("{")).toThrow("a MIDI map is JSON");
  expect(broken({ format: "x" })).toThrow('"format": "clave-midi-map"');
  expect(broken({ version: 2 })).toThrow("the version of a MIDI map is 1, got 2");
  expect(broken({ notes: { 36: "bongo" } })).toThrow('no voice "bongo"');
  expect(broken({ notes: { 128: "kick" } })).toThrow("a note lies in 0..127, got 128");
  expect(broken({ channel: 17 })).toThrow("a channel is 1 to 16 or null, got 17");
  expect(broken({ controls: [{ target: "a", number: 40, kind: "absolute-14" }] })).toThrow("a number of absolute-14 lies in 0..31, got 40");
  expect(broken({ controls: [{ target: "a", number: 1, kind: "odd" }] })).toThrow('got "odd"');
});
