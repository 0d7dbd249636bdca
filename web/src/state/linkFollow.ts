/** The page in an Ableton Link session: the server is in it, says where it is, and the page's music keeps time with it. It comes with the panels. */

import { effect, signal, untracked } from "@preact/signals";
import { FollowedPhase } from "../midi/followedPhase";
import { ServerClock } from "../net/serverClock";
import { tempoOf } from "../rules/scene";
import { beatAt, moved, nextBarLine, type Session, STEPS_PER_QUARTER } from "../rules/sessionTime";
import { secondsPerStep, stepsPerBar } from "../rules/units";
import type { Together } from "./together";
import type { Leader, Player } from "./player";
import type { Store } from "./store";

const ASK_MS = 500; // how often the server is asked for its time
const AT_FIRST_MS = 40; // the first few times
const FIRST_ASKED = 8;
const START_SECONDS = 0.08; // until the first step of music that begins alone

export class LinkFollow implements Leader {
  readonly session = signal<Session | null>(null); // null: the server is in none
  private readonly clock = new ServerClock();
  private readonly phase: FollowedPhase;
  private origin = 0; // the beat at which the bar began to which the music was moved last
  private from = 0; // that bar, in steps since the music began
  private quantum = 4; // quarters
  private starts = 0; // of this page, whose beats are counted from 0
  private counted: number | null = null; // the start by which beats are counted now
  private asked = 0;
  private asking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly player: Player,
    private readonly together: Together,
    private readonly before: Leader | null,
  ) {
    this.phase = new FollowedPhase(
      { position: (now) => this.positionAt(now), stepsPerSecond: () => ((this.session.peek()?.tempo_bpm ?? 120) / 60) * STEPS_PER_QUARTER },
      { momentMs: () => performance.now(), audibleAt: (ms) => player.audibleAt(ms) },
    );
    effect(() => {
      const session = together.session.value;
      untracked(() => this.take(session));
    });
    let played = false;
    effect(() => {
      const playing = store.playing.value;
      if (playing === played) return;
      played = playing;
      untracked(() => (playing ? void this.started() : this.stopped()));
    });
    effect(() => void (together.time.value && this.clock.heard(together.time.value.sent, together.time.value.seconds, together.time.value.cameMs)));
  }

  /** Whether the music keeps time with a session. */
  get following(): boolean {
    return this.session.peek() !== null && this.clock.known;
  }

  stepSeconds(planned: number, next: { readonly passed: number; readonly time: number }): number {
    if (!this.following) return this.before?.stepSeconds(planned, next) ?? planned;
    const { passed, time } = next;
    return this.phase.stepSeconds(planned / secondsPerStep(tempoOf(this.store.scene.value)), { position: this.from + passed, time });
  }

  /** Where the session is, in steps since the music began, at these seconds of `performance.now()`. */
  private positionAt(now: number): number {
    const session = this.session.peek();
    return session === null ? 0 : this.from + (beatAt(session, this.clock.at(now * 1000)) - this.origin) * STEPS_PER_QUARTER;
  }

  private take(session: Session | null): void {
    const before = this.session.peek();
    this.session.value = session;
    if (session === null) return this.rest();
    if (before === null) {
      this.ask();
      return;
    }
    if (session.start !== null && session.start === this.starts && session.start !== this.counted) {
      this.counted = session.start;
      this.origin = 0; // our first bar, as the session counts now
      return;
    }
    const { by, jumped } = moved(before, session, this.quantum);
    this.origin += by;
    if (jumped && this.store.playing.peek()) this.enter();
  }

  private rest(): void {
    clearTimeout(this.asking);
    this.clock.forget();
    this.asked = 0;
  }

  /** Ask for the server's time, again and again. */
  private ask(): void {
    this.together.send({ kind: "time", sent: performance.now() });
    if (this.asked === FIRST_ASKED && this.store.playing.peek()) this.enter(); // it was joined while music played
    this.asking = setTimeout(() => this.ask(), this.asked++ < FIRST_ASKED ? AT_FIRST_MS : ASK_MS);
  }

  /** Music begins: with the next bar of the session, or at once where nobody else is there. */
  private async started(): Promise<void> {
    await this.player.play(); // it runs, whoever has begun it
    if (this.following && this.store.playing.peek()) this.enter(0);
  }

  private stopped(): void {
    if (this.session.peek() !== null) this.together.send({ kind: "link", playing: false });
  }

  /** Go on from the start of this bar, or the next one, with a bar of the session. */
  private enter(turn = Math.floor((this.player.positionAt(performance.now()) ?? 0) / this.barSteps) + 1): void {
    const session = this.session.peek();
    if (session === null || !this.following) return;
    const now = this.clock.at(performance.now());
    this.quantum = this.barSteps / STEPS_PER_QUARTER;
    const alone = session.peers === 0 && !session.playing;
    this.origin = alone ? beatAt(session, now + START_SECONDS) : nextBarLine(session, now + START_SECONDS / 2, this.quantum);
    this.from = turn * this.barSteps;
    const begins = now + ((this.origin - beatAt(session, now)) * 60) / session.tempo_bpm;
    const early = alone ? 0 : START_SECONDS / 4; // the server looks for the bar line that comes after this
    this.together.send({ kind: "link", playing: true, seconds: begins - early, quantum: this.quantum, start: ++this.starts });
    this.player.seek(turn, this.phase.audioTimeOf(this.from));
  }

  private get barSteps(): number {
    return stepsPerBar(this.store.shown.peek().meter);
  }
}
