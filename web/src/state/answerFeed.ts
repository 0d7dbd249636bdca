/** Gathers what the player strikes and taps into bars, and tells the server each bar that is over: it answers. */

import { effect, untracked } from "@preact/signals";
import { stepsPerBar } from "../rules/units";
import type { Player } from "./player";
import type { Store } from "./store";
import type { Together } from "./together";

const EARLY_STEPS = 2; // half a 16th: a stroke no earlier than this belongs to the bar that begins
const MOST_STROKES = 256; // of a bar, as the server takes them

/** A stroke: a voice, or none for a tap; a velocity; the position in steps since the music began. */
type Played = readonly [voice: number | null, velocity: number, position: number];

export class AnswerFeed {
  private strokes: readonly Played[] = [];
  private begun = false; // a bar is heard, which may be over

  constructor(
    private readonly store: Store,
    private readonly player: Player,
    private readonly together: Together,
  ) {
    player.hears.push((voice, velocity, momentMs) => this.strike(voice, velocity, momentMs));
    effect(() => {
      const heard = store.heard.value;
      untracked(() => (heard === null ? this.rest() : this.barBegins()));
    });
  }

  private strike(voice: number | null, velocity: number, momentMs: number): void {
    const position = this.player.positionAt(momentMs);
    if (position !== null && this.strokes.length < MOST_STROKES) this.strokes = [...this.strokes, [voice, velocity, position]];
  }

  private rest(): void {
    this.strokes = [];
    this.begun = false;
  }

  /** Another bar is heard: the one before it is over. */
  private barBegins(): void {
    const first = !this.begun;
    this.begun = true;
    if (first) return;
    const { meter } = this.store.shown.peek();
    const steps = stepsPerBar(meter);
    const now = this.player.positionAt(performance.now());
    if (now === null) return;
    const end = Math.round(now / steps) * steps;
    if (Math.abs(now - end) > steps / 4) return; // another part within a bar, as after a launch
    const begin = end - steps;
    const over = this.strokes.filter(([, , position]) => position >= begin - EARLY_STEPS && position < end - EARLY_STEPS);
    this.strokes = this.strokes.filter(([, , position]) => position >= end - EARLY_STEPS);
    if (over.length === 0 && this.together.value("/clave/answer", "off") === "off") return;
    this.together.send({ kind: "played", meter, strokes: over.map(([voice, velocity, position]) => [voice, velocity, position - begin]) });
  }
}
