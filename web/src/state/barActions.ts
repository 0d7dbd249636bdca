/** What a player can do with the bar in the grid: humanise it, fill in what is not held, tap one. Each is one step of undo. */

import { beforeHumanise, type HumaniseOperation, lastHumanise, withCellsWritten, withOperation } from "../rules/barChanges";
import { barKey } from "../rules/bars";
import { areColumnsHeld, cellsBetween, type GridCell, heldBlocks, type Holds, isHeld, NOTHING_HELD, withCells } from "../rules/holds";
import { cellCount } from "../rules/pattern";
import type { Bar, Operation } from "../rules/project";
import { barAt, playedAt } from "../rules/scene";
import { describePattern } from "../rules/summary";
import { foldTaps } from "../rules/taps";
import { stepsPerBar } from "../rules/units";
import { LatestOnly } from "../net/latestOnly";
import type { Actions } from "./actions";
import type { Humanise, Humanising, TapTo } from "./barState";
import type { Decoding } from "./decoding";
import type { Player } from "./player";
import { randomSeed } from "./randomSeed";
import type { Store } from "./store";

const DEFAULT_AMOUNT = 0.6; // of another take while the slider stands at 0
const AS_IT_IS: Humanise = { amount: 0, seed: 0, like: null };

interface HumaniseRequest extends Humanising {
  readonly bar: Bar; // as it will be
  readonly ownStep: boolean; // an undo step of its own; else a drag is one step
}

export class BarActions {
  private readonly humanising: LatestOnly<HumaniseRequest, void>;

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly player: Player,
    private readonly decoding: Decoding,
  ) {
    this.humanising = new LatestOnly(
      ({ bar }) => this.decoding.now(bar),
      (request) => this.humanised(request),
      (_, error) => {
        this.store.bar.humanising.value = null;
        this.store.reportError(error);
      },
    );
  }

  private get names(): string[] {
    return this.store.voices.value.map(({ name }) => name);
  }

  /** Style and section as chosen for the map. */
  private get settings() {
    return this.store.settings.value;
  }

  /** The bar in the grid, as the project has it. */
  private get bar(): Bar {
    return barAt(this.store.project.value, this.store.address.value);
  }

  // ---- humanise

  /** How the bar in the grid is humanised, or is about to be. */
  get humanise(): Humanise {
    const { bar } = this;
    const coming = this.store.bar.humanising.value;
    if (coming && barKey(coming.before) === barKey(beforeHumanise(bar))) return coming.settings;
    const done = lastHumanise(bar);
    if (!done) return AS_IT_IS;
    const like = done.like === null ? -1 : this.store.project.value.scenes.findIndex((scene) => scene && barKey(scene.bars[0]!) === barKey(done.like!));
    return { amount: done.amount, seed: done.seed, like: like < 0 ? null : like };
  }

  /** From 0, the bar as it is, to 1, all velocities and timing new; a drag is one step of undo. */
  humaniseBy(amount: number): void {
    this.sendHumanise({ ...this.humanise, amount }, false);
  }

  /** The same strokes with another seed. */
  humaniseAgain(): void {
    this.sendHumanise({ ...this.humanise, amount: this.humanise.amount || DEFAULT_AMOUNT, seed: randomSeed() }, true);
    this.hear();
  }

  /** With the velocities and timing of the first bar of this scene; null: of the style. */
  humaniseLike(slot: number | null): void {
    this.sendHumanise({ ...this.humanise, amount: this.humanise.amount || DEFAULT_AMOUNT, like: slot }, true);
  }

  private sendHumanise(settings: Humanise, ownStep: boolean): void {
    if (this.store.shown.value.strokes.length === 0) return this.store.notify("There is no stroke to play.");
    const before = beforeHumanise(this.bar);
    const operation = this.operationOf(settings);
    const bar = operation ? withOperation(before, operation, this.store.shown.value) : before;
    const request = { address: this.store.address.value, before, settings, bar, ownStep };
    this.store.bar.humanising.value = request;
    this.humanising.send(request);
  }

  private humanised(request: HumaniseRequest): void {
    const { address, before, bar, ownStep } = request;
    if (this.store.bar.humanising.value === request) this.store.bar.humanising.value = null;
    const now = barAt(this.store.project.value, address);
    if (barKey(beforeHumanise(now)) !== barKey(before)) return; // the bar is no longer there
    if (ownStep) this.store.settle();
    this.actions.replaceBar("humanise", address, now, bar);
    if (ownStep) this.store.settle();
  }

  /** These settings as a project has them; null: not humanised. */
  private operationOf({ amount, seed, like }: Humanise): HumaniseOperation | null {
    const lent = like === null ? null : this.store.project.value.scenes[like];
    return amount === 0 ? null : { kind: "humanise", amount, seed, style: this.settings.style, like: lent?.bars[0] ?? null };
  }

  // ---- holds, and filling in the rest

  private mark({ cells }: Holds): void {
    this.store.bar.marked.value = cells;
  }

  toggleRow(voice: number): void {
    this.actions.hold(voice, !this.store.holds.value.rows.has(voice));
  }

  /** All rows of these columns. */
  toggleColumns(cells: readonly number[]): void {
    const { holds } = this.store;
    const voices = this.names.length;
    const on = !areColumnsHeld(holds.value, cells, voices);
    this.mark(withCells(holds.value, cells.flatMap((cell) => cellsBetween({ voice: 0, cell }, { voice: voices - 1, cell })), on));
  }

  toggleCell(at: GridCell): void {
    this.markFrom(at)(at);
  }

  /** Begins a drag over cells: the last call of the result gives its other corner. The first cell decides whether all are held or released. */
  markFrom(corner: GridCell): (other: GridCell) => void {
    const before = this.store.holds.value;
    const on = !isHeld(before, corner);
    return (other) => this.mark(withCells(before, cellsBetween(corner, other), on));
  }

  /** Nothing is held: neither cells nor rows. */
  releaseAll(): void {
    this.mark(NOTHING_HELD);
    for (const voice of this.store.holds.value.rows) this.actions.hold(voice, false);
  }

  /** Generate everything that is not held, with a new seed each time. */
  async fillRest(): Promise<void> {
    const { store } = this;
    const { filling } = store.bar;
    const pattern = store.shown.value;
    const keep = heldBlocks(store.holds.value, pattern, this.names.length);
    const heldSteps = keep.reduce((sum, [, , steps]) => sum + steps, 0);
    if (heldSteps === 0) return store.notify("Mark what stays first: hold a voice, press the number of a beat, or drag over cells with Shift.");
    if (heldSteps === stepsPerBar(pattern.meter) * this.names.length) return store.notify("Everything stays: there is nothing to fill in.");
    const { style, section } = this.settings;
    // what is filled in goes with the rows that are held, so the bar itself has them too
    const bar = withCellsWritten(this.bar, store.strokesOf(playedAt(store.project.value, store.address.value)), pattern);
    await this.makeBar("fill in the rest", filling, { kind: "complete", keep, style, section, seed: randomSeed() }, bar);
  }

  /** Puts what the operation makes of the bar in its place and plays it, as one undo step; `busy` meanwhile. True if it is there. */
  private async makeBar(label: string, busy: { value: boolean }, operation: Operation, onto = this.bar): Promise<boolean> {
    const { store, bar: before } = this;
    const address = store.address.value;
    if (busy.value) return false;
    busy.value = true;
    try {
      const bar = withOperation(onto, operation, store.shown.value);
      await this.decoding.now(bar);
      store.settle();
      if (!this.actions.replaceBar(label, address, before, bar)) return false;
      store.settle();
      store.spoken.value = describePattern(store.shown.value, store.voices.value);
      this.hear();
      return true;
    } catch (error) {
      store.reportError(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  // ---- taps

  /** Tap to the loop if it plays, else to a click. */
  openTaps(): void {
    const { bar, playing } = this.store;
    if (bar.tapTo.value !== null) return;
    bar.taps.value = [];
    bar.tapTo.value = playing.value ? "loop" : "click";
    this.hear();
  }

  tapTo(what: TapTo): void {
    this.store.bar.tapTo.value = what;
    this.clearTaps();
    this.hear();
  }

  closeTaps(): void {
    const { bar } = this.store;
    bar.tapTo.value = null;
    bar.taps.value = [];
  }

  clearTaps(): void {
    this.store.bar.taps.value = [];
  }

  private tapMeter = ""; // of the taps so far

  /** A tap at this moment of `performance.now()`; starts the music if it is stopped. */
  tap(momentMs: number, velocity: number): void {
    const { bar } = this.store;
    const position = this.player.positionAt(momentMs);
    if (position === null) return this.hear();
    this.player.played(null, velocity, momentMs);
    const meter = String(this.store.shown.value.meter);
    const goesOn = position > (bar.taps.value.at(-1)?.[0] ?? -Infinity) && meter === this.tapMeter; // else the music was started again
    bar.taps.value = [...(goesOn ? bar.taps.value : []), [position, velocity]];
    this.tapMeter = meter;
  }

  /** The taps so far, folded into one bar. */
  get folded() {
    return foldTaps(this.store.bar.taps.value, stepsPerBar(this.store.shown.value.meter));
  }

  /** A whole bar for what was tapped, in the chosen style; a new seed each time. */
  async drumsForTaps(): Promise<void> {
    const { bar } = this.store;
    const taps = this.folded;
    if (taps.length === 0) return this.store.notify("Tap a rhythm first.");
    const { style, section } = this.settings;
    const made = await this.makeBar("drums for taps", bar.drumming, { kind: "taps", taps, style, section, seed: randomSeed() });
    if (made && bar.clicking.value) bar.tapTo.value = "loop"; // what was made is heard
  }

  /** Start the music if it is stopped, so that a change is heard. */
  private hear(): void {
    if (!this.store.playing.value) void this.player.play();
  }

  /** The cells of one beat of the bar, by the number that the grid shows. */
  cellsOfBeat(beat: number, cellsPerBeat: number): number[] {
    const cells = cellCount(this.store.shown.value);
    return Array.from({ length: cellsPerBeat }, (_, n) => beat * cellsPerBeat + n).filter((cell) => cell < cells);
  }
}
