import { beforeEach, expect, test, vi } from "vitest";
import { toyInstrument } from "../../dev/toyServer";
import { Store } from "../state/store";
import { MidiOut } from "./midiOut";
import { type Browser, MidiPorts, type OutputPort, type Ports } from "./midiPorts";
import { DEFAULT_MIDI, describeLink, formatNote, noteOf, soundsHere, withNote } from "./midiSettings";

let store: Store;
let outputs: (OutputPort & { sent: number[][] })[];
let access: Ports;
let midi: MidiPorts;
let out: MidiOut;

const port = (name: string, id = name) => {
  const sent: number[][] = [];
  const made = { id, name, state: "connected" as "connected" | "disconnected", sent, send: (message: number[]) => void sent.push(message), open: () => Promise.resolve() };
  outputs.push(made);
  return made;
};
const build = (browser: Browser) => {
  store = new Store();
  store.instrument.value = toyInstrument;
  out = new MidiOut({
    settings: () => store.midi.value,
    voices: () => store.voices.value,
    heard: () => store.heardVoices.value,
    moment: (seconds) => seconds * 1000,
    follow: () => true,
    failed: (error) => midi.failed(error),
  });
  midi = new MidiPorts(store, out, browser);
};
const shown = () => describeLink(store.midiLink.value, store.midi.value);
/** The browser reports that a port was connected or disconnected. */
const changed = async () => {
  access.onstatechange?.();
  await new Promise((resolve) => setTimeout(resolve, 0));
};
const hit = (to: { sent: number[][] }) => {
  to.sent.length = 0;
  out.strikeNow(0, 1);
  return to.sent.some(([status]) => (status! & 0xf0) === 0x90);
};

beforeEach(() => {
  outputs = [];
  access = { outputs: { values: () => outputs }, onstatechange: null };
  build({ ask: () => Promise.resolve(access), allowed: () => Promise.resolve(true) });
});

test("off until it is turned on; then the first port is played and remembered", async () => {
  const tr = port("TR-8S");
  port("Synth");
  expect(shown()).toBe("off");
  const turning = midi.turnOn();
  expect(shown()).toBe("asking the browser");
  await turning;
  expect(shown()).toBe("TR-8S, channel 10");
  expect(store.midi.value.port).toEqual({ id: "TR-8S", name: "TR-8S" });
  expect(store.midiPorts.value.map(({ name }) => name)).toEqual(["TR-8S", "Synth"]);
  expect(hit(tr)).toBe(true);
  midi.turnOff();
  expect(tr.sent.at(-1)).toEqual([0xb9, 123, 0]);
  expect([shown(), hit(tr), store.midi.value.on]).toEqual(["off", false, false]);
});

test("a browser without Web MIDI and a refusal are shown, each in its own words", async () => {
  build({ allowed: () => Promise.resolve(false) });
  await midi.turnOn();
  expect(shown()).toBe("this browser has no Web MIDI");
  build({ ask: () => Promise.reject(new Error("NotAllowedError")), allowed: () => Promise.resolve(false) });
  await midi.turnOn();
  expect(shown()).toBe("permission refused");
});

test("a port that goes is waited for, not replaced, and plays again when it is back", async () => {
  const tr = port("TR-8S");
  const synth = port("Synth");
  await midi.turnOn();
  store.midi.value = { ...store.midi.value, soundHere: false };
  expect(soundsHere(store.midi.value, store.midiLink.value)).toBe(false);
  tr.state = "disconnected";
  tr.sent.length = 0;
  await changed();
  expect(shown()).toBe("TR-8S is not connected");
  expect(tr.sent).toEqual([]); // nothing can be sent to it
  expect([hit(tr), hit(synth)]).toEqual([false, false]);
  expect(soundsHere(store.midi.value, store.midiLink.value)).toBe(true); // better the page than silence
  outputs.splice(0, 1);
  const again = port("TR-8S", "another id");
  await changed();
  expect([shown(), hit(again)]).toEqual(["TR-8S, channel 10", true]);
});

test("a port with none before it is taken when it comes", async () => {
  await midi.turnOn();
  expect(shown()).toBe("no port connected");
  const late = port("Late");
  await changed();
  expect([shown(), hit(late)]).toEqual(["Late, channel 10", true]);
});

test("another port is chosen: the old one falls silent first", async () => {
  const tr = port("TR-8S");
  const synth = port("Synth");
  await midi.turnOn();
  tr.sent.length = 0;
  await midi.choose({ id: "Synth", name: "Synth" });
  expect(tr.sent).toEqual([[0xb9, 123, 0]]);
  expect([shown(), hit(synth), hit(tr)]).toEqual(["Synth, channel 10", true, false]);
});

test("a port in use elsewhere and one that fails are reported", async () => {
  const busy = port("Busy");
  busy.open = () => Promise.reject(new Error("in use"));
  await midi.turnOn();
  expect(shown()).toBe("Busy cannot be opened");
  busy.open = () => Promise.resolve();
  await changed();
  expect(shown()).toBe("Busy, channel 10");
  busy.send = () => {
    throw new Error("unplugged");
  };
  out.strikeNow(0, 1);
  expect(shown()).toBe("Busy cannot be opened");
  expect(store.notice.value).toMatchObject({ kind: "error", text: "Busy took no notes: unplugged" });
});

test("the next visit goes on where that needs no question, and asks none otherwise", async () => {
  for (const granted of [true, false]) {
    const ask = vi.fn(() => Promise.resolve(access));
    build({ ask, allowed: () => Promise.resolve(granted) });
    port("TR-8S");
    await midi.resume();
    expect(ask).not.toHaveBeenCalled(); // it was off
    store.midi.value = { ...DEFAULT_MIDI, on: true };
    await midi.resume();
    expect([ask.mock.calls.length, shown()]).toEqual(granted ? [1, "TR-8S, channel 10"] : [0, "off"]);
  }
});

test("a voice's note follows the table of voices until it is changed, and again when it is put back", () => {
  const { voices } = toyInstrument;
  const changed = withNote(DEFAULT_MIDI, voices, 1, 40);
  expect([noteOf(DEFAULT_MIDI, voices, 1), noteOf(changed, voices, 1), noteOf(changed, voices, 0)]).toEqual([38, 40, 36]);
  expect(withNote(changed, voices, 1, 38)).toEqual(DEFAULT_MIDI);
  expect([36, 60, 69, 127].map(formatNote)).toEqual(["C2", "C4", "A4", "G9"]);
});
