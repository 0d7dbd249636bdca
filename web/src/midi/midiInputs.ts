/** The browser's MIDI inputs: listened to when the player wants them, read by a map, their clock followed. */

import { ClockSources } from "./clockSources";
import type { ClockCommand } from "./clockFollower";
import { LoopGuard } from "./loopGuard";
import { Feedback, type FeedbackContext, type ShownPort } from "./midiFeedback";
import { GRID_MODELS, type GridModel, type GridModelName, type Pad, padOfNote } from "./midiGrid";
import { type Binding, type Heard, Learner, MidiInput, type MidiMap, withBinding } from "./midiIn";
import { USUAL_MAP } from "./midiMap";
import { CLOCK, CONTINUE, type Message, NOTE_ON, SONG_POSITION, START, STOP } from "./midiMessages";
import type { PortInfo } from "./midiSettings";

const CLOCK_MESSAGES = new Set([CLOCK, START, CONTINUE, STOP, SONG_POSITION]);
const LOOK_MS = 250; // how often what is shown of the clock is brought up to date
const SHOW_MS = 40; // how often controllers are shown what has changed

export interface MidiInSettings {
  readonly on: boolean; // the player has turned it on
  readonly port: PortInfo | null; // null is all of them
  readonly follow: boolean; // tempo, start, stop and position come from the clock that comes in
  readonly map: MidiMap;
  readonly grid: PortInfo | null; // 8 x 8 pads
  readonly gridModel: GridModelName;
}

export const DEFAULT_MIDI_IN: MidiInSettings = { on: false, port: null, follow: false, map: USUAL_MAP, grid: null, gridModel: "launchpad" };

/** What the panel shows. */
export interface MidiInState {
  readonly state: "off" | "asking" | "unknown" | "refused" | "waiting" | "open";
  readonly ports: readonly PortInfo[];
  readonly clock: { readonly source: string; readonly bpm: number | null } | null;
  readonly others: readonly string[]; // clocks that are not followed
  readonly cut: string | null; // the input that heard our own output
  readonly learning: string | null; // the target whose control is to be moved
}

export const MIDI_IN_OFF: MidiInState = { state: "off", ports: [], clock: null, others: [], cut: null, learning: null };

/** As MIDIInput. */
export interface InputPort {
  readonly id: string;
  readonly name: string | null;
  readonly state: "connected" | "disconnected";
  onmidimessage: ((event: { readonly data: Iterable<number> | null; readonly timeStamp: number }) => void) | null;
}

/** As MIDIAccess. */
export interface InputAccess {
  readonly inputs: { values(): Iterable<InputPort> };
  readonly outputs: { values(): Iterable<ShownPort> };
  onstatechange: (() => void) | null;
}

/** What is done with what comes in; the page gives it. */
export interface MidiInContext {
  readonly settings: { value: MidiInSettings };
  readonly shown: { value: MidiInState };
  readonly present: (target: string) => number | null;
  readonly play: (heard: Heard) => void;
  readonly press: (pad: Pad) => void;
  readonly feedback: Omit<FeedbackContext, "sent">;
  readonly obey: (command: ClockCommand) => void;
  readonly ask?: () => Promise<InputAccess>; // missing where the browser has no Web MIDI
}

export class MidiInputs {
  readonly clocks = new ClockSources();
  private access: InputAccess | null = null;
  private readonly input: MidiInput;
  private learner: Learner | null = null;
  private guards = new Map<string, LoopGuard>();
  private stopLooking: (() => void) | null = null;
  private readonly feedback: Feedback;

  constructor(private readonly context: MidiInContext) {
    this.input = new MidiInput(context.settings.value.map, context.present);
    this.feedback = new Feedback({ ...context.feedback, sent: (data) => this.sent(performance.now(), data) });
  }

  /** Whether the music moves with a clock that comes in. */
  get following(): boolean {
    const { on, follow } = this.context.settings.value;
    return on && follow && this.clocks.follower.playing;
  }

  /** Call it in a gesture: the browser may ask the player. */
  async turnOn(): Promise<void> {
    this.change({ on: true });
    if (!this.context.ask) return this.show({ state: "unknown" });
    this.show({ state: "asking" });
    try {
      this.access ??= await this.context.ask();
    } catch {
      return this.show({ state: "refused" });
    }
    this.access.onstatechange = () => this.look();
    const timers = [setInterval(() => this.showClock(), LOOK_MS), setInterval(() => this.showState(), SHOW_MS)];
    this.stopLooking?.();
    this.stopLooking = () => timers.forEach(clearInterval);
    this.look();
  }

  turnOff(): void {
    this.change({ on: false });
    this.stopLooking?.();
    this.stopLooking = null;
    for (const port of this.access?.inputs.values() ?? []) port.onmidimessage = null;
    this.followNone();
    this.learner = null;
    this.context.shown.value = MIDI_IN_OFF;
  }

  change(changes: Partial<MidiInSettings>): void {
    this.context.settings.value = { ...this.context.settings.value, ...changes };
    if (changes.follow === false) this.followNone();
    if (changes.map !== undefined || changes.grid !== undefined || changes.gridModel !== undefined) this.feedback.forget();
    if (changes.port !== undefined || changes.grid !== undefined) this.look();
  }

  /** The next control or pad that is moved is what moves this target; null: none is. */
  learn(target: string | null): void {
    this.learner = target === null ? null : new Learner(target);
    this.show({ learning: target });
  }

  unbind(binding: Binding): void {
    const { map } = this.context.settings.value;
    this.change({ map: { ...map, controls: map.controls.filter((each) => each !== binding) } });
  }

  /** MIDI out has sent this, to leave at this `performance.now()`. */
  sent(atMs: number, data: Message): void {
    if (!this.context.settings.value.on) return;
    for (const guard of this.guards.values()) guard.sent(atMs / 1000, data);
  }

  /** Listen again to an input that was cut, as after the player has changed the cables. */
  mend(): void {
    this.guards.clear();
    this.show({ cut: null });
    this.look();
  }

  private look(): void {
    if (!this.access || !this.context.settings.value.on) return;
    const all = [...this.access.inputs.values()];
    const there = all.filter(({ state }) => state === "connected");
    const { port, grid } = this.context.settings.value;
    const wanted = port === null ? there : there.filter((each) => isPort(each, port) || (grid !== null && isPort(each, grid)));
    this.feedback.look([...this.access.outputs.values()]);
    for (const each of all) each.onmidimessage = wanted.includes(each) ? ({ data, timeStamp }) => this.hear(each, timeStamp / 1000, [...(data ?? [])]) : null;
    for (const each of wanted) if (!this.guards.has(nameOf(each))) this.guards.set(nameOf(each), new LoopGuard());
    this.show({ state: wanted.length > 0 ? "open" : "waiting", ports: there.map((each) => ({ id: each.id, name: nameOf(each) })) });
  }

  private hear(port: InputPort, seconds: number, data: Message): void {
    const name = nameOf(port);
    if (data.length === 0 || this.guards.get(name)?.heard(seconds, data, !this.following) === false) {
      if (data.length > 0 && this.context.shown.value.cut !== name) this.cutOff(name, seconds);
      return;
    }
    if (CLOCK_MESSAGES.has(data[0]!)) return this.hearClock(name, seconds, data);
    if (this.feedback.isEcho(seconds * 1000, data)) return;
    const { grid, gridModel } = this.context.settings.value;
    if (grid !== null && isPort(port, grid)) return this.pressed(GRID_MODELS[gridModel], data);
    if (this.learner) {
      const binding = this.learner.hear(data);
      if (binding === null) return;
      this.change({ map: withBinding(this.context.settings.value.map, binding) });
      return this.learn(null);
    }
    this.input.map = this.context.settings.value.map;
    const heard = this.input.hear(data);
    if (heard?.kind === "moved") this.feedback.moved(this.input.map, name, heard.target, heard.value);
    if (heard) this.context.play(heard);
  }

  private pressed(model: GridModel, [status, note, velocity]: Message): void {
    const pad = (status! & 0xf0) === NOTE_ON && velocity! > 0 ? padOfNote(model, note!) : null;
    if (pad) this.context.press(pad);
  }

  /** Controllers are shown what has changed. */
  private showState(): void {
    const { map, grid, gridModel: model } = this.context.settings.value;
    const controllers = [...this.guards].filter(([, { cut }]) => !cut).map(([name]) => name);
    this.feedback.show({ controllers, grid: grid?.name ?? null, model, map });
  }

  private hearClock(name: string, seconds: number, data: Message): void {
    if (!this.context.settings.value.follow) return;
    this.clocks.hear(name, seconds, data);
    this.obey(seconds);
  }

  private obey(now: number): void {
    for (const command of this.clocks.follower.update(now)) this.context.obey(command);
  }

  private cutOff(name: string, seconds: number): void {
    if (this.clocks.followed === name) this.clocks.forget(seconds);
    this.obey(seconds);
    this.show({ cut: name });
  }

  private followNone(): void {
    const now = performance.now() / 1000;
    this.clocks.forget(now);
    this.obey(now);
  }

  private showClock(): void {
    const now = performance.now() / 1000;
    this.obey(now);
    const { followed, follower } = this.clocks;
    this.show({ clock: followed === null ? null : { source: followed, bpm: follower.tempoBpm }, others: this.clocks.others(now) });
  }

  private show(changes: Partial<MidiInState>): void {
    const before = this.context.shown.value;
    const same = (Object.keys(changes) as (keyof MidiInState)[]).every((key) => JSON.stringify(before[key]) === JSON.stringify(changes[key]));
    if (!same) this.context.shown.value = { ...before, ...changes };
  }
}

const isPort = (one: Pick<InputPort, "id" | "name">, other: PortInfo): boolean => one.id === other.id || one.name === other.name;

const nameOf = ({ name }: InputPort): string => name ?? "nameless port";

/** After "MIDI in: ". */
export function describeInput({ state, clock, others, cut }: MidiInState, { port, follow }: MidiInSettings): string {
  if (cut !== null) return `${cut} hears what we send: cut off`;
  if (state === "off") return "off";
  if (state === "asking") return "asking the browser";
  if (state === "unknown") return "this browser has no Web MIDI";
  if (state === "refused") return "permission refused";
  if (state === "waiting") return port ? `${port.name} is not connected` : "no input connected";
  const listens = port?.name ?? "all inputs";
  if (!follow) return listens;
  if (clock === null) return `${listens}, waiting for a clock`;
  const second = others.length > 0 ? `; ${others.join(", ")} sends a clock too, which is not followed` : "";
  return `follows ${clock.source}${clock.bpm === null ? "" : `, ${clock.bpm.toFixed(1)} bpm`}${second}`;
}
