/**
 * Records moves as automation: what a player drags, on the map or at a slider, comes back with the scene. It begins at the
 * next bar. Over a loop of so many bars, each round is played while the next is recorded, and what is touched anew is
 * replaced where it was touched; without a loop, the length is rounded to whole bars when it is stopped.
 */

import { batch, effect, signal, untracked } from "@preact/signals";
import { change, type History } from "../rules/history";
import type { Automation, Project, Scene } from "../rules/project";
import { automationOf, GRID, MAX_RECORDED_BARS, movesBetween, sampled, withAutomation, withoutAutomation } from "../rules/recording";
import type { Store } from "./store";

const RELEASED_MS = 400; // a parameter that did not move for so long is let go

/** A parameter that is moved by hand. */
interface Take {
  readonly before: Automation | undefined; // what automated it until then
  readonly rest: number; // its value until then
  readonly moves: (readonly [sample: number, value: number])[]; // samples since the recording began
  releasing: ReturnType<typeof setTimeout> | undefined;
}

/** "waits": for the next bar. */
export type RecordingState = "off" | "waits" | "on";

export class Recording {
  readonly state = signal<RecordingState>("off");
  /** Bars of the loop that is recorded over; null: until it is stopped. */
  readonly loop = signal<number | null>(null);
  /** The parameters that move by hand at this moment. */
  readonly moving = signal<readonly string[]>([]);

  private readonly takes = new Map<string, Take>();
  private armedAt: object | null = null; // the bar that was heard when it was armed
  private first = 0; // bar of the scene in which it began
  private round = 0; // rounds of the loop that are over
  private latest: Scene | null = null;
  private history: History<Project> | null = null; // as it was before

  constructor(private readonly store: Store) {
    effect(() => this.follow());
  }

  /** Arms it, or ends it. It begins with the next bar; while nothing plays, with the first. */
  toggle(): void {
    const { store } = this;
    if (this.state.value !== "off") return this.stop();
    if (store.playsSong.value || store.morph.value) return store.notify("Moves are recorded into a scene: leave the song first.");
    this.armedAt = store.heard.value;
    this.state.value = "waits";
    store.spoken.value = "recording from the next bar";
  }

  private follow(): void {
    const { store, state } = this;
    const [heard, playing, launch, scene] = [store.heard.value, store.playing.value, store.launch.value, store.scene.value];
    void store.position.value;
    untracked(() => {
      if (state.value === "off") return;
      if (launch !== null || store.playsSong.value) return this.stop(); // it belongs to the scene that sounds
      if (heard === null) return playing || state.value === "waits" ? undefined : this.stop();
      if (state.value === "waits" && heard !== this.armedAt) this.begin(heard.index, scene);
      if (state.value === "on") this.take(scene);
    });
  }

  private begin(bar: number, scene: Scene): void {
    this.first = bar;
    this.round = 0;
    this.latest = scene;
    this.store.settle();
    this.history = this.store.history.value;
    this.state.value = "on";
    this.store.spoken.value = "recording";
  }

  /** Samples since the recording began. */
  private sample(): number {
    const { heard, position } = this.store;
    const { index, bar } = heard.value!;
    return Math.max(0, Math.floor((index - this.first + (position.value ?? 0) / bar.planned.steps) * GRID));
  }

  private take(scene: Scene): void {
    const now = this.sample();
    const loop = this.loop.value;
    if (now >= MAX_RECORDED_BARS * GRID && loop === null) return this.stop();
    const round = loop === null ? 0 : Math.floor(now / (loop * GRID));
    if (round > this.round) {
      this.round = round;
      this.write([...this.takes.keys()]); // the round is over: it is heard from now on
    }
    const before = this.latest!;
    this.latest = this.store.scene.value;
    if (scene === before || this.store.history.value.future.length > 0) return; // undone, not moved
    for (const { parameter, from, to } of movesBetween(before, scene)) this.moved(parameter, from, to, before, now);
  }

  private moved(parameter: string, from: number, to: number, before: Scene, now: number): void {
    let take = this.takes.get(parameter);
    if (!take) {
      take = { before: before.automations.find((each) => each.parameter === parameter), rest: from, moves: [], releasing: undefined };
      this.takes.set(parameter, take);
      const { store } = this;
      store.amendScene(withoutAutomation(store.scene.value, [parameter])); // the hand is heard
      this.latest = store.scene.value;
    }
    take.moves.push([now, to]);
    this.moving.value = [...this.takes.keys()];
    clearTimeout(take.releasing);
    if (take.before && this.loop.value !== null) take.releasing = setTimeout(() => this.write([parameter]), RELEASED_MS);
  }

  /** What was moved becomes automation. */
  private write(parameters: readonly string[]): void {
    const { store } = this;
    const bars = this.loop.value ?? this.lengthOnStop();
    let scene = store.scene.value;
    for (const parameter of parameters) {
      const take = this.takes.get(parameter)!;
      clearTimeout(take.releasing);
      this.takes.delete(parameter);
      scene = withAutomation(scene, automationOf(parameter, this.samplesOf(take, bars)));
    }
    if (scene === store.scene.value) return;
    store.amendScene(scene);
    this.latest = scene;
    this.moving.value = [...this.takes.keys()];
  }

  /** Whole bars, one at least, and as many as it takes to be nearest to what was played. */
  private lengthOnStop(): number {
    const played = this.store.heard.value === null ? this.lastSample : this.sample();
    return Math.min(MAX_RECORDED_BARS, Math.max(1, Math.round(played / GRID)));
  }

  private get lastSample(): number {
    return Math.max(0, ...[...this.takes.values()].flatMap(({ moves }) => moves.map(([sample]) => sample)));
  }

  /** The samples of a loop of so many bars, by the bars of the scene. Where something was automated before, only what was touched is new. */
  private samplesOf({ before, rest, moves }: Take, bars: number): number[] {
    const size = bars * GRID;
    const samples = sampled(before, rest, bars);
    const shift = (this.first % bars) * GRID; // the loop is counted from the start of the scene
    const roundEnd = Math.ceil((moves[0]![0] + 1) / size) * size - 1;
    const until = this.loop.value === null ? size - 1 : before ? moves.at(-1)![0] : roundEnd; // a length that was rounded down ends sooner
    let place = 0;
    for (let sample = moves[0]![0]; sample <= until; sample++) {
      while (moves[place + 1] && moves[place + 1]![0] <= sample) place++;
      samples[(sample + shift) % size] = moves[place]![1];
    }
    return samples;
  }

  /** Ends it: the take is one step of undo. */
  stop(): void {
    const { store, history } = this;
    const waited = this.state.value === "waits";
    if (this.state.value === "off") return;
    const bars = waited ? 0 : (this.loop.value ?? this.lengthOnStop());
    batch(() => {
      if (!waited) this.write([...this.takes.keys()]);
      this.state.value = "off";
    });
    this.history = null;
    if (waited || history === null) return;
    const project = store.project.value;
    if (project === history.present.value) return store.notify("Nothing was moved while it recorded.");
    store.history.value = change({ ...history, changedAt: -Infinity }, project, "recorded moves", Date.now());
    store.settle();
    store.notify(`Recorded: the moves come back every ${bars === 1 ? "bar" : `${bars} bars`}.`);
  }
}
