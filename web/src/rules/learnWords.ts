/** What the page says of learning. */

import type { LearnFound, LearnProgress, LearnState, VerdictInfo } from "./protocol";

/** A duration as people say it. */
export function saidTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export const saidFound = ({ what, files, used, refused }: LearnFound): string =>
  `${files} ${what === "rhythm" ? "MIDI" : "sound"} files: ${used} ${what === "rhythm" ? "bars" : "sounds"} to learn from${refused > 0 ? `, ${refused} files left out` : ""}.`;

export function saidProgress({ what, done, whole, left }: LearnProgress): string {
  const share = whole > 0 ? Math.floor((100 * done) / whole) : 0;
  return `${what[0]!.toUpperCase()}${what.slice(1)}: ${share} %${left !== null && left > 0 ? `, about ${saidTime(left)} left` : ""}`;
}

/** Where it stands, in a sentence. */
export function saidPhase({ phase, name, error }: LearnState): string {
  switch (phase) {
    case "looking":
      return `Reading the files of ${name} …`;
    case "found":
      return `This is what ${name} holds.`;
    case "training":
      return `${name} is being learned.`;
    case "stopped":
      return `${name} is stopped, and can go on.`;
    case "learned":
      return `${name} is learned.`;
    case "failed":
      return error;
    default:
      return "";
  }
}

/** What must be known of a space before it is played; none for a good one, or one without a verdict. */
export const warningOf = (verdict: VerdictInfo | null | undefined): string | null => (verdict && !verdict.playable ? `Not good enough to play: ${verdict.says}` : null);

/** A name that a folder may have, of what is typed. */
export const asSpaceName = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N}_ .()+-]/gu, "-")
    .replace(/^[^\p{L}\p{N}_]+/u, "")
    .trim()
    .slice(0, 80);
