import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { projectOf, scoreOf } from "../../tests/givenBars";
import { passTime } from "../../tests/passTime";
import { arrange } from "../rules/arrange";
import type { Wanted } from "../rules/conductor";
import type { BarPattern } from "../rules/protocol";
import { secondsPerStep } from "../rules/units";
import { Clock } from "../audio/clock";
import { Transport } from "../audio/transport";
import { MidiOut, NOTE_SECONDS, SEND_AHEAD_SECONDS } from "./midiOut";
import { DEFAULT_MIDI, type MidiSettings } from "./midiSettings";

type Sent = { readonly message: readonly number[]; readonly at: number | undefined; readonly sentAt: number };

const ORIGIN_MS = 70_000; // performance.now() when audio second 0 is heard
const AUDIO_START = 10;

let now: number; // audio seconds
let sent: Sent[];
let settings: MidiSettings;
let heard: boolean[];
let wanted: Wanted;
let out: MidiOut;
let clock: Clock;
let failures: unknown[];
let following = true; // the two clocks are known to each other

const ms = (audioSeconds: number) => ORIGIN_MS + audioSeconds * 1000;
const fakePort = () => ({ send: (message: number[], at?: number) => void sent.push({ message: [...message], at, sentAt: performance.now() }) });

const bar = (...strokes: BarPattern["strokes"][number][]): BarPattern => ({ meter: [4, 4], strokes });
const groove = bar([0, 0, 1, 0], [0, 32, 0.5, -1.5], [2, 12, 0.75, 0.25], [3, 16, 0.9, 0], [1, 63, 0.25, 1.9]);

/** What is to be heard from now on. */
function play(pattern: BarPattern, { swing = 0.5, tempoBpm = 120 } = {}): void {
  wanted = { bars: scoreOf([pattern], { swing }, tempoBpm), quantum: "bar" };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  vi.spyOn(performance, "now").mockImplementation(() => ms(now));
  now = AUDIO_START;
  sent = [];
  failures = [];
  settings = DEFAULT_MIDI;
  heard = Array.from({ length: 8 }, () => true);
  play(groove);
  out = new MidiOut({
    settings: () => settings,
    voices: () => toyInstrument.voices,
    heard: () => heard,
    moment: ms,
    follow: () => following,
    failed: (error) => failures.push(error),
  });
  clock = new Clock(
    new Transport({ now: () => now }),
    () => wanted,
    [out],
  );
  out.connect(fakePort());
  sent = []; // what greets a port
});
afterEach(() => {
  clock.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function pass(seconds: number, tickSeconds = 0.025): void {
  passTime(seconds, tickSeconds, (tick) => (now += tick));
}

const kind = (type: number) => sent.filter(({ message }) => (message[0]! & 0xf0) === type);
const noteOns = () => kind(0x90);
const real = (byte: number) => sent.filter(({ message }) => message[0] === byte);
const noteOf = (voice: number) => toyInstrument.voices[voice]!.note;

/** Every note that was begun is ended, before it is begun again. */
function nothingHangs(): void {
  const order = sent.map((each, n) => ({ ...each, n })).filter(({ message }) => [0x80, 0x90].includes(message[0]! & 0xf0));
  order.sort((one, other) => (one.at ?? one.sentAt) - (other.at ?? other.sentAt) || one.n - other.n);
  const down = new Set<string>();
  for (const { message } of order) {
    const key = `${message[0]! & 0x0f} ${message[1]}`;
    if (message[0]! >= 0x90) {
      expect(down.has(key)).toBe(false);
      down.add(key);
    } else down.delete(key);
  }
  expect([...down]).toEqual([]);
}

test.each([0.5, 2 / 3])("every stroke is sent for the moment it is heard, as the sequencer says, at swing %f", (swing) => {
  play(groove, { swing });
  clock.start();
  pass(4.5);
  const found = noteOns();
  const start = found[0]!.at!;
  const planned = arrange(projectOf([groove, groove], { swing }), new Map()).strikes.filter(({ seconds }) => seconds < 3.9);
  expect(planned.length).toBeGreaterThan(8);
  planned.forEach(({ seconds, voice, velocity }, n) => {
    expect(found[n]!.at! - start).toBeCloseTo(seconds * 1000, 6);
    expect(found[n]!.message).toEqual([0x99, noteOf(voice), Math.round(velocity * 127)]);
  });
  nothingHangs();
});

test("a stroke is sent ahead, but not long: stop and mute are heard at once", () => {
  play(bar(...Array.from({ length: 16 }, (_, n) => [n % 8, 4 * n, 1, 0] as const)));
  clock.start();
  pass(3);
  for (const { at, sentAt } of noteOns().slice(1)) {
    expect(at! - sentAt).toBeGreaterThan(0);
    expect(at! - sentAt).toBeLessThanOrEqual(SEND_AHEAD_SECONDS * 1000 + 5);
  }
});

test("a note lasts 30 ms, or until its note is struck again", () => {
  play(bar([1, 0, 1, 0], [1, 1, 1, 0], [1, 2, 1, 0.9], [1, 3, 1, 0], [0, 32, 1, 0]), { tempoBpm: 400 });
  clock.start();
  pass(0.6);
  nothingHangs();
  const kick = sent.filter(({ message }) => message[1] === 36);
  expect(kick[1]!.at! - kick[0]!.at!).toBeCloseTo(NOTE_SECONDS * 1000, 6);
});

test("two voices on one note do not cut each other into a hanging one", () => {
  settings = { ...settings, notes: settings.notes.map(() => 38) };
  play(bar([0, 0, 1, 0], [1, 0, 1, 0], [2, 0, 1, 0.2], [3, 4, 1, 0]));
  clock.start();
  pass(2.5);
  expect(noteOns().length).toBeGreaterThanOrEqual(4);
  nothingHangs();
});

test("channel and notes are as chosen, from the next stroke on", () => {
  clock.start();
  pass(0.5);
  settings = { ...settings, channel: 1, notes: settings.notes.map((_, voice) => (voice === 0 ? 60 : null)) };
  sent = [];
  pass(2);
  expect(noteOns().every(({ message }) => message[0] === 0x90)).toBe(true);
  expect(new Set(noteOns().map(({ message }) => message[1]))).toEqual(new Set([60, 38, 42, 46]));
});

test("a muted voice is silent on the device too, even if its stroke was queued", () => {
  play(bar(...Array.from({ length: 16 }, (_, n) => [2, 4 * n, 1, 0] as const)));
  clock.start();
  pass(1);
  const mutedAt = performance.now();
  heard[2] = false;
  sent = [];
  pass(1);
  expect(noteOns().filter(({ at }) => at! > mutedAt + SEND_AHEAD_SECONDS * 1000)).toEqual([]);
  out.strikeNow(2, 1);
  expect(noteOns()).toEqual([]);
  out.strikeNow(0, 0.5);
  expect(noteOns().map(({ message }) => message)).toEqual([[0x99, 36, 64]]);
  nothingHangs();
});

test("another bar is sent to the device from the bar line at which it is heard", () => {
  clock.start();
  pass(0.5);
  const start = noteOns()[0]!.at!;
  play(bar([7, 0, 1, 0]));
  pass(2);
  const other = noteOns().filter(({ message }) => message[1] === noteOf(7));
  expect(other.map(({ at }) => at! - start)).toEqual([expect.closeTo(2000, 6)]);
});

test.each([false, true])("stop drops what waits and ends what sounds (the browser can clear: %s)", (clears) => {
  const clear = vi.fn();
  out.connect(clears ? { ...fakePort(), clear } : fakePort());
  sent = [];
  play(bar(...Array.from({ length: 16 }, (_, n) => [0, 4 * n, 1, 0] as const)));
  clock.start();
  pass(0.05); // the first stroke is handed over and not ended yet
  clock.stop();
  const stopped = performance.now();
  pass(1);
  out.release(now);
  expect(noteOns()).toHaveLength(1);
  expect(clear).toHaveBeenCalledTimes(clears ? 1 : 0);
  expect(kind(0xb0).map(({ message, at }) => [message, at])).toEqual([[[0xb9, 123, 0], undefined]]);
  expect(kind(0x80).some(({ at, sentAt }) => (clears ? at === undefined && sentAt <= stopped : at! <= stopped + 100))).toBe(true);
  nothingHangs();
});

test("what a busy page missed is left out", () => {
  play(bar(...Array.from({ length: 16 }, (_, n) => [2, 4 * n, 1, 0] as const)));
  clock.start();
  pass(1);
  sent = [];
  now += 0.8;
  vi.advanceTimersByTime(25);
  expect(noteOns().filter(({ at, sentAt }) => at! < sentAt - 50)).toEqual([]);
});

test("with timers once a second nothing comes late", () => {
  clock.start();
  clock.hidden = true;
  pass(2, 1);
  sent = [];
  pass(8, 1);
  expect(noteOns().length).toBeGreaterThan(15);
  expect(noteOns().filter(({ at, sentAt }) => at! < sentAt)).toEqual([]);
  nothingHangs();
});

test("a port that comes, goes and changes: notes end on the old one, nothing is sent to one that is gone", () => {
  clock.start();
  pass(0.2);
  const first = sent;
  out.connect(null);
  expect(first.at(-1)!.message).toEqual([0xb9, 123, 0]);
  const gone = first.length;
  pass(3);
  expect(first).toHaveLength(gone);
  sent = [];
  out.connect(fakePort());
  expect(sent.map(({ message }) => message)).toEqual([[0xb9, 123, 0]]);
  pass(2.2);
  expect(noteOns().length).toBeGreaterThan(3);
  expect(noteOns().every(({ at, sentAt }) => at! >= sentAt - 50)).toBe(true);
  out.disconnected();
  sent = [];
  pass(2);
  expect(sent).toEqual([]);
});

test("a port that takes no message is reported once and no longer used", () => {
  const send = vi.fn(() => {
    throw new Error("InvalidStateError");
  });
  out.connect({ send });
  expect(failures).toHaveLength(1);
  clock.start();
  pass(2);
  expect(send).toHaveBeenCalledTimes(1);
});

test.each([120, 97.3, 400])("the clock has 24 straight pulses a quarter note at %f bpm, Start before the first and Stop at the end", (tempoBpm) => {
  settings = { ...settings, clock: true };
  play(groove, { tempoBpm, swing: 0.7 });
  clock.start();
  pass(3);
  const pulses = real(0xf8);
  const [start] = real(0xfa);
  expect(sent.indexOf(start!)).toBeLessThan(sent.indexOf(pulses[0]!));
  expect(pulses[0]!.at! - start!.at!).toBeCloseTo(2, 6);
  expect(pulses[0]!.at).toBeCloseTo(noteOns()[0]!.at!, 6); // the device's first beat is ours
  pulses.forEach(({ at }, n) => expect(at! - pulses[0]!.at!).toBeCloseTo((n * 60_000) / tempoBpm / 24, 5));
  expect(pulses.length).toBeGreaterThan((2.9 * tempoBpm * 24) / 60);
  expect(real(0xfc)).toEqual([]);
  clock.stop();
  expect(sent.at(-1)!.message).toEqual([0xfc]);
});

test("a clock that is switched on while playing starts the device at the next bar line, and off stops it", () => {
  clock.start();
  pass(0.7);
  settings = { ...settings, clock: true };
  pass(2);
  const first = noteOns()[0]!.at!;
  expect(real(0xfa)[0]!.at! + 2 - first).toBeCloseTo(2000, 6);
  settings = { ...settings, clock: false };
  pass(0.3);
  expect(real(0xfc)).toHaveLength(1);
  const count = real(0xf8).length;
  pass(2);
  expect(real(0xf8).length - count).toBeLessThan(2);
});

test("after the computer was asleep the device is stopped, and started again at a bar line", () => {
  settings = { ...settings, clock: true };
  clock.start();
  pass(1);
  const first = noteOns()[0]!.at!;
  sent = [];
  now += 100;
  vi.advanceTimersByTime(25);
  expect(real(0xfc)).toHaveLength(1);
  pass(3);
  const again = real(0xfa);
  expect(again).toHaveLength(1);
  const bars = (again[0]!.at! + 2 - first) / (64_000 * secondsPerStep(120));
  expect(bars).toBeCloseTo(Math.round(bars), 5);
});

/** The pulse at which a device is that follows what was sent, and the pulses that came too late. */
function follower(): { position: number; late: number } {
  let [position, late, runs] = [0, 0, false];
  for (const { message, at, sentAt } of sent) {
    if (message[0] === 0xfa) [position, runs] = [0, true];
    else if (message[0] === 0xfb) runs = true;
    else if (message[0] === 0xfc) runs = false;
    else if (message[0] === 0xf2) position = 6 * (message[1]! + 128 * message[2]!);
    else if (message[0] === 0xf8) {
      if (runs) position++;
      if (at! < sentAt - 20) late++;
    }
  }
  return { position, late };
}

test.each([0.3, 0.8])("pulses that a busy page missed for %f s are dropped, and the device is moved to its place", (stall) => {
  settings = { ...settings, clock: true };
  clock.start();
  pass(1);
  const before = sent.length;
  now += stall;
  vi.advanceTimersByTime(25);
  expect(sent.slice(before).filter(({ message }) => message[0] === 0xf8).length).toBeLessThan(12);
  pass(1);
  const { position, late } = follower();
  const { at } = real(0xf8).at(-1)!;
  const first = real(0xfa)[0]!.at! + 2;
  expect(late).toBe(0);
  expect(position - 1).toBeCloseTo(((at! - first) * 24 * 120) / 60_000, 5);
  expect([real(0xfa).length, real(0xfb).length, real(0xf2).length]).toEqual([1, 1, 1]);
});

test("nothing is sent while the two clocks are not known to each other", () => {
  following = false;
  clock.start();
  expect(sent).toEqual([]);
  following = true;
  clock.tick();
  expect(sent.length).toBeGreaterThan(0);
});

test("what waited for the clocks to be known is sent all the same: the device starts with its first beat", () => {
  settings = { ...settings, clock: true };
  following = false;
  clock.start();
  pass(0.2);
  following = true;
  pass(0.5);
  expect(real(0xfa)).toHaveLength(1);
  expect(real(0xfb)).toEqual([]);
  const pulses = real(0xf8);
  pulses.forEach(({ at }, n) => expect(at! - pulses[0]!.at!).toBeCloseTo((n * 60_000) / 120 / 24, 5));
});
