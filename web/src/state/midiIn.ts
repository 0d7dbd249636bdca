/** MIDI in, as the page has it: settings that are remembered, inputs, what they move, and the clock that is followed. It comes with the panels. */

import { effect, signal } from "@preact/signals";
import type { ClockCommand } from "../midi/clockFollower";
import { FollowedPhase } from "../midi/followedPhase";
import { DEFAULT_MIDI_IN, describeInput, type InputAccess, MIDI_IN_OFF, MidiInputs, type MidiInSettings, type MidiInState } from "../midi/midiInputs";
import { GRID_MODELS, type GridModelName, type GridView, type Pad } from "../midi/midiGrid";
import { readMap, writeMap } from "../midi/midiMap";
import type { PortInfo } from "../midi/midiSettings";
import type { MidiPorts } from "../midi/midiPorts";
import { playedBar, type PlayedSource } from "../net/played";
import { cellCount, strokesInCell } from "../rules/pattern";
import { tempoOf } from "../rules/scene";
import { secondsPerStep, STEPS_PER_SIXTEENTH, stepsPerBar } from "../rules/units";
import type { Actions } from "./actions";
import { MidiTargets } from "./midiTargets";
import type { Leader, Player } from "./player";
import type { SceneActions } from "./sceneActions";
import type { Store } from "./store";
import { PlayedStrokes } from "./playedStrokes";
import { asRecord } from "../rules/anyValue";

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
  private readonly played = new PlayedStrokes();
  private gridVoice = 0; // whose 16ths the grid shows
  private from = 0; // where the music was after the last seek, in steps of the song

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly player: Player,
    private readonly scenes: SceneActions,
    private readonly source: PlayedSource = playedBar,
  ) {
    this.targets = new MidiTargets(store, actions, player, scenes, () => void this.keepPlayed());
    player.hears.push((voice, velocity, momentMs) => this.struck(voice, velocity, momentMs));
    this.inputs = new MidiInputs({
      settings: this.settings,
      shown: this.shown,
      present: this.targets.present,
      play: (heard) => this.targets.play(heard),
      press: (pad) => this.press(pad),
      feedback: { value: (target) => (target === "play" ? Number(store.playing.peek()) : this.targets.present(target)), view: () => this.view() },
      obey: (command) => void this.obey(command),
      ...("requestMIDIAccess" in navigator ? { ask: async () => (await navigator.requestMIDIAccess()) as unknown as InputAccess } : {}),
    });
    this.phase = new FollowedPhase(this.inputs.clocks.follower, { momentMs: () => performance.now(), audibleAt: (ms) => player.audibleAt(ms) });
  }

  private struck(voice: number | null, velocity: number, momentMs: number): void {
    const position = this.player.positionAt(momentMs);
    if (voice !== null && position !== null) this.played.strike(voice, velocity, position);
  }

  /** "Keep what I played": the last bar of it becomes the loop, at its place on the map. */
  async keepPlayed(): Promise<void> {
    const { store } = this;
    const { meter } = store.shown.value;
    const strokes = this.played.last(this.player.positionAt(performance.now()), stepsPerBar(meter));
    if (!strokes) return store.notify("Nothing was played yet: strike pads or keys while the music plays, then keep the bar.");
    try {
      const bar = await this.source({ meter, strokes });
      this.actions.leaveFor("bar that was played", { settings: { ...store.settings.value, meter }, bars: [bar], fill: null });
    } catch (error) {
      store.reportError(error);
    }
  }

  // ---- the grid

  private press({ kind, number }: Pad): void {
    if (kind === "voice") this.gridVoice = number;
    else if (kind === "scene") this.scenes.launch(number);
    else if (number < cellCount(this.store.shown.value)) this.actions.toggleCell(this.gridVoice, number);
  }

  private view(): GridView {
    const { project, slotHeard, launch, shown, position } = this.store;
    const bar = shown.peek();
    const struck = Array.from({ length: cellCount(bar) }, (_, cell) => strokesInCell(bar, this.gridVoice, cell).length > 0);
    const step = position.peek();
    return {
      scenes: project.peek().scenes.map((scene) => scene !== null),
      current: slotHeard.peek(),
      queued: launch.peek()?.slot ?? null,
      voice: this.gridVoice,
      struck,
      sounding: step === null ? null : Math.floor(step / STEPS_PER_SIXTEENTH),
    };
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
    const { on, port, follow, map, grid, gridModel } = asRecord(JSON.parse(text));
    const model = Object.hasOwn(GRID_MODELS, String(gridModel)) ? (gridModel as GridModelName) : DEFAULT_MIDI_IN.gridModel;
    return { on: on === true, port: portIn(port), follow: follow === true, map: readMap(String(map)), grid: portIn(grid), gridModel: model };
  } catch {
    return DEFAULT_MIDI_IN;
  }
}

function portIn(value: unknown): PortInfo | null {
  const { id, name } = asRecord(value);
  return typeof id === "string" && typeof name === "string" ? { id, name } : null;
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
