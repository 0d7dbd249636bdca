/** MIDI in, as the page has it: settings that are remembered, inputs, what they move, and the clock that is followed. It comes with the panels. */

import { effect, signal } from "@preact/signals";
import type { ClockCommand } from "../midi/clockFollower";
import { FollowedPhase } from "../midi/followedPhase";
import { DEFAULT_MIDI_IN, describeInput, type InputAccess, MIDI_IN_OFF, MidiInputs, type MidiInSettings, type MidiInState } from "../midi/midiInputs";
import { readMap, writeMap } from "../midi/midiMap";
import type { MidiPorts } from "../midi/midiPorts";
import { tempoOf } from "../rules/scene";
import { secondsPerStep, stepsPerBar } from "../rules/units";
import type { Actions } from "./actions";
import { MidiTargets } from "./midiTargets";
import type { Leader, Player } from "./player";
import type { SceneActions } from "./sceneActions";
import type { Store } from "./store";
import { asRecord } from "./storedValues";

const KEY = "clave.midi-in.1";

/** What it needs of the page. */
export interface MidiInParts {
  readonly store: Store;
  readonly actions: Actions;
  readonly player: Player;
  readonly scenes: SceneActions;
  readonly midi: MidiPorts;
}

export class MidiIn implements Leader {
  readonly settings = signal<MidiInSettings>(DEFAULT_MIDI_IN);
  readonly shown = signal<MidiInState>(MIDI_IN_OFF);
  readonly targets: MidiTargets;
  readonly inputs: MidiInputs;
  private readonly phase: FollowedPhase;
  private from = 0; // where the music was after the last seek, in steps of the song

  constructor(
    private readonly store: Store,
    actions: Actions,
    private readonly player: Player,
    scenes: SceneActions,
  ) {
    this.targets = new MidiTargets(store, actions, player, scenes);
    this.inputs = new MidiInputs({
      settings: this.settings,
      shown: this.shown,
      present: this.targets.present,
      play: this.targets.play,
      obey: (command) => void this.obey(command),
      ...("requestMIDIAccess" in navigator ? { ask: async () => (await navigator.requestMIDIAccess()) as unknown as InputAccess } : {}),
    });
    this.phase = new FollowedPhase(this.inputs.clocks.follower, { momentMs: () => performance.now(), audibleAt: (ms) => player.audibleAt(ms) });
  }

  stepSeconds(planned: number, { passed, time }: { readonly passed: number; readonly time: number }): number {
    if (!this.inputs.following) return planned;
    return this.phase.stepSeconds(planned / secondsPerStep(tempoOf(this.store.scene.value)), { position: this.from + passed, time });
  }

  /** Start, move or stop with the other program; bars are taken to be as long as the one that is shown. */
  private async obey({ kind }: ClockCommand): Promise<void> {
    const { player, store } = this;
    if (kind === "stop") return player.stop();
    if (!store.playing.value) await player.play();
    if (!this.inputs.following) return;
    const barSteps = stepsPerBar(store.shown.value.meter);
    const turn = Math.floor(this.inputs.clocks.follower.position(performance.now() / 1000) / barSteps);
    this.from = turn * barSteps;
    player.seek(turn, this.phase.audioTimeOf(this.from));
  }
}

/** MIDI in with what was remembered; turned on again if the browser need not ask the player. */
export function midiInOf({ store, actions, player, scenes, midi }: MidiInParts): MidiIn {
  const made = new MidiIn(store, actions, player, scenes);
  const { settings, shown, inputs } = made;
  player.leader = made;
  settings.value = parseMidiIn(remembered());
  if (settings.value.on) void midi.allowed().then((allowed) => (allowed ? inputs.turnOn() : inputs.turnOff()));
  effect(() => remember(writeMidiIn(settings.value)));
  effect(() => void (store.midiInWords.value = settings.value.on ? `MIDI in: ${describeInput(shown.value, settings.value)}` : ""));
  return made;
}

/** Settings as they are stored; a map that cannot be read is replaced by the usual one. */
export function parseMidiIn(text: string): MidiInSettings {
  try {
    const { on, port, follow, map } = asRecord(JSON.parse(text));
    const { id, name } = asRecord(port);
    const chosen = typeof id === "string" && typeof name === "string" ? { id, name } : null;
    return { on: on === true, port: chosen, follow: follow === true, map: readMap(String(map)) };
  } catch {
    return DEFAULT_MIDI_IN;
  }
}

/** The inverse of `parseMidiIn`. */
export const writeMidiIn = (settings: MidiInSettings): string => JSON.stringify({ ...settings, map: writeMap(settings.map) });

function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // no storage
  }
}

function remember(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // full or forbidden: as good as new next time
  }
}
