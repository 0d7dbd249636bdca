/** What a player can do with the bar in hand: humanise it, fill in what does not stay, tap one. Each is one step of undo. */

import type { Actions } from "./actions";
import { fetchComplete, fetchFeel, fetchFromTaps } from "../net/api";
import type { Felt, TapTo } from "./barState";
import { Newest } from "../net/latestOnly";
import { cellCount } from "../rules/pattern";
import type { Player } from "./player";
import { MAX_SEED, type WirePattern } from "../rules/protocol";
import { cellsBetween, columnsStay, type GridCell, keepBlocks, NOTHING_STAYS, type Stays, staysAt, withCells, withRow } from "../rules/holds";
import type { Store } from "./store";
import { describePattern } from "../rules/summary";
import { foldTaps } from "../rules/taps";
import { stepsPerBar } from "../rules/units";

const FIRST_AMOUNT = 0.6; // of a throw before anyone has moved the slider

const anySeed = (): number => Math.floor(Math.random() * (MAX_SEED + 1));

interface FeelAsked {
  readonly felt: Felt;
  readonly thrown: boolean; // a step of undo of its own
}

export class BarActions {
  private readonly feeling: Newest<FeelAsked, WirePattern>;

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
    private readonly player: Player,
  ) {
    this.feeling = new Newest(
      ({ felt }) => this.fetchFelt(felt),
      (asked, pattern) => this.feltCame(asked, pattern),
      (_, error) => {
        this.store.bar.asked.value = null;
        this.store.complain(error);
      },
    );
  }

  private get names(): string[] {
    return this.store.voices.value.map(({ name }) => name);
  }

  /** Style and section as they are asked for on the map. */
  private get shape() {
    return this.store.groove.value.place.shape;
  }

  // ---- feel

  /** How the bar in the grid is humanised, or is about to be. */
  get felt(): Felt {
    const { bar, shown } = this.store;
    const now = bar.feltOf(shown.value);
    return bar.asked.value?.base === now.base ? bar.asked.value : now;
  }

  /** From 0, the bar as it is, to 1, played altogether anew; a drag is one step of undo. */
  feel(amount: number): void {
    this.askFeel({ felt: { ...this.felt, amount }, thrown: false });
  }

  /** The same strokes played once more. */
  throwFeel(): void {
    this.askFeel({ felt: { ...this.felt, amount: this.felt.amount || FIRST_AMOUNT, seed: anySeed() }, thrown: true });
    this.hear();
  }

  /** As the bar in this slot is played, or null: as the style is. */
  feelLike(slot: number | null): void {
    this.askFeel({ felt: { ...this.felt, amount: this.felt.amount || FIRST_AMOUNT, like: slot }, thrown: true });
  }

  private askFeel(asked: FeelAsked): void {
    if (asked.felt.base.strokes.length === 0) return this.store.say("There is no stroke to play.");
    this.store.bar.asked.value = asked.felt;
    this.feeling.send(asked);
  }

  private fetchFelt({ base, amount, seed, like }: Felt): Promise<WirePattern> {
    if (amount === 0) return Promise.resolve(base);
    const lent = like === null ? null : (this.store.groove.value.slots[like]?.pattern ?? null);
    return fetchFeel({ pattern: base, style: this.shape.style, amount, like: lent, seed });
  }

  private feltCame({ felt, thrown }: FeelAsked, pattern: WirePattern): void {
    const { bar } = this.store;
    if (bar.asked.value === felt) bar.asked.value = null;
    const now = this.actions.bars().find((each) => bar.feltOf(each).base === felt.base);
    if (!now) return; // we have moved on
    if (pattern !== felt.base) bar.remember(pattern, felt);
    if (thrown) this.store.settle();
    this.actions.replace("feel", now, pattern);
    if (thrown) this.store.settle();
  }

  // ---- what stays, and the rest

  private mark(stays: Stays): void {
    this.store.bar.stays.value = stays;
  }

  toggleRow(voice: number): void {
    const { stays } = this.store.bar;
    this.mark(withRow(stays.value, voice, !stays.value.rows.has(voice)));
  }

  /** All rows of these columns. */
  toggleColumns(cells: readonly number[]): void {
    const { stays } = this.store.bar;
    const voices = this.names.length;
    const on = !columnsStay(stays.value, cells, voices);
    this.mark(withCells(stays.value, cells.flatMap((cell) => cellsBetween({ voice: 0, cell }, { voice: voices - 1, cell })), on));
  }

  toggleCell(at: GridCell): void {
    this.markFrom(at)(at);
  }

  /** Begins a drag over cells: what it is called with last is its other corner. The first cell says whether they stay or go. */
  markFrom(corner: GridCell): (other: GridCell) => void {
    const before = this.store.bar.stays.value;
    const on = !staysAt(before, corner);
    return (other) => this.mark(withCells(before, cellsBetween(corner, other), on));
  }

  nothingStays(): void {
    this.mark(NOTHING_STAYS);
  }

  /** Another throw at everything that does not stay. */
  async fillRest(): Promise<void> {
    const { store, actions } = this;
    const { stays, filling } = store.bar;
    const pattern = store.shown.value;
    const keep = keepBlocks(stays.value, pattern, this.names.length);
    const kept = keep.reduce((sum, [, , steps]) => sum + steps, 0);
    if (kept === 0) return store.say("Mark what stays first: a row by its pin, a beat by its number, cells with Shift and a drag.");
    if (kept === stepsPerBar(pattern.meter) * this.names.length) return store.say("Everything stays: there is nothing to fill in.");
    if (filling.value) return;
    filling.value = true;
    try {
      const { style, section } = this.shape;
      const made = await fetchComplete({ pattern, keep, style, section, seed: anySeed() });
      store.settle();
      if (!actions.replace("fill in the rest", pattern, made)) return;
      store.settle();
      store.spoken.value = describePattern(made, store.voices.value);
      this.hear();
    } catch (error) {
      store.complain(error);
    } finally {
      filling.value = false;
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

  /** A tap at this moment of `performance.now()`; the music starts if it stands. */
  tap(momentMs: number, velocity: number): void {
    const { bar } = this.store;
    const position = this.player.positionAt(momentMs);
    if (position === null) return this.hear();
    const meter = String(this.store.shown.value.meter);
    const goesOn = position > (bar.taps.value.at(-1)?.[0] ?? -Infinity) && meter === this.tapMeter; // else the music began anew
    bar.taps.value = [...(goesOn ? bar.taps.value : []), [position, velocity]];
    this.tapMeter = meter;
  }

  /** Taps so far as one bar. */
  get folded() {
    return foldTaps(this.store.bar.taps.value, stepsPerBar(this.store.shown.value.meter));
  }

  /** A whole bar for what was tapped, in the style asked for; another one each time. */
  async drumsForTaps(): Promise<void> {
    const { store } = this;
    const { drumming } = store.bar;
    const taps = this.folded;
    if (taps.length === 0) return store.say("Tap a rhythm first.");
    if (drumming.value) return;
    drumming.value = true;
    const pattern = store.shown.value;
    try {
      const { style, section } = this.shape;
      const made = await fetchFromTaps({ taps, meter: pattern.meter, style, section, seed: anySeed() });
      store.settle();
      if (!this.actions.replace("drums for taps", pattern, made)) return;
      store.settle();
      if (store.bar.clicking.value) store.bar.tapTo.value = "loop"; // what was made is heard
      store.spoken.value = describePattern(made, store.voices.value);
      this.hear();
    } catch (error) {
      store.complain(error);
    } finally {
      drumming.value = false;
    }
  }

  /** What one asks for, one hears. */
  private hear(): void {
    if (!this.store.playing.value) void this.player.play();
  }

  /** The cells of one beat of the bar, by the number that the grid shows. */
  cellsOfBeat(beat: number, cellsPerBeat: number): number[] {
    const cells = cellCount(this.store.shown.value);
    return Array.from({ length: cellsPerBeat }, (_, n) => beat * cellsPerBeat + n).filter((cell) => cell < cells);
  }
}
