/** Where a Link session is, as the server says it, and where the music is in it. */

const JUST_PASSED_SECONDS = 0.05; // a bar line that has passed no longer ago may still be entered
const JUMP_QUARTERS = 0.25; // a session that moves by more is entered anew
export const STEPS_PER_QUARTER = 16;

/** As `PageLink.follow` of `clave/app/server/together.py` sends it. */
export interface Session {
  readonly seconds: number; // of the server's clock ...
  readonly beat: number; // ... when it was here, in quarters
  readonly tempo_bpm: number;
  readonly peers: number;
  readonly playing: boolean;
  readonly quantum: number; // quarters of a bar
  readonly start: number | null; // the latest start of this page that counts beats from 0
}

export const beatAt = ({ seconds, beat, tempo_bpm }: Session, now: number): number => beat + ((now - seconds) * tempo_bpm) / 60;

const modulo = (value: number, of: number): number => ((value % of) + of) % of;

/** The beat at which a bar begins: the next one, or one that has just passed. */
export function nextBarLine(session: Session, now: number, quantum: number): number {
  const beat = beatAt(session, now);
  const phase = modulo(beat, quantum);
  return beat - phase + ((phase * 60) / session.tempo_bpm < JUST_PASSED_SECONDS ? 0 : quantum);
}

/** By how many beats the session was renumbered, in whole bars, and whether it has moved besides so far that it has to be entered anew. */
export function moved(before: Session, after: Session, quantum: number): { readonly by: number; readonly jumped: boolean } {
  const jump = after.beat - beatAt(before, after.seconds);
  const by = Math.round(jump / quantum) * quantum;
  const slack = (Math.abs(after.tempo_bpm - before.tempo_bpm) / 60) * (after.seconds - before.seconds);
  return { by, jumped: Math.abs(jump - by) > JUMP_QUARTERS + slack };
}
