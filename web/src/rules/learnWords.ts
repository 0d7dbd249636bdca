/** What the page says of learning. */

import type { LearnFound, LearnProgress, LearnState, VerdictInfo } from "./protocol";

/** A duration as people say it. */
export function saidTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

export function saidFound({ what, files, used, refused }: LearnFound): string {
  const [kind, part] = what === "rhythm" ? ["MIDI", "bar"] : ["sound", "sound"];
  return `${counted(files, `${kind} file`)}: ${counted(used, part)} to learn from${refused > 0 ? `, ${counted(refused, "file")} left out` : ""}.`;
}

/** The last line of each kind of space: rhythm and sound are learned one after the other. */
export function epochsOf({ epochs }: Pick<LearnState, "epochs">): string[] {
  const last = new Map(epochs.map((each) => [each.includes(" dB "), each]));
  return [...last.values()];
}

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
