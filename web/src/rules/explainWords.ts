/** What the page says of how its models work: bars, points and sounds in numbers and plain words. */

import type { BarPattern, ComparedBar, ExplainedBar, LevelPicture, MapEllipse, VoiceInfo } from "./protocol";
import { VOICE_COUNT } from "./protocol";
import { describePattern, formatPoint } from "./summary";
import { stepsPerBar } from "./units";

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const thousands = (count: number): string => count.toLocaleString("en-GB");

/** "8 voices × 64 steps × 3 = 1,536 values". */
export const saidBarSize = ({ meter }: BarPattern): string => {
  const steps = stepsPerBar(meter);
  return `${VOICE_COUNT} voices × ${steps} steps × 3 = ${thousands(VOICE_COUNT * steps * 3)} values`;
};

/** The bar as a matrix, for a listener. */
export const saidMatrix = (what: string, pattern: BarPattern, voices: readonly VoiceInfo[]): string =>
  `${what}, ${VOICE_COUNT} rows of ${stepsPerBar(pattern.meter)} steps: ${describePattern(pattern, voices)}`;

/** "2 of 64 values". */
export const saidPlaceSize = ({ feel, strokes }: ExplainedBar): string => `2 of ${2 + feel.length + strokes.length} values`;

/** "62 of 64 values: 14 of feel, the number of strokes, 47 components". */
export function saidDetail({ feel, strokes }: ExplainedBar): string {
  const size = feel.length + strokes.length;
  return size > 0 ? `${size} of ${2 + size} values: ${feel.length} of feel, the number of strokes, ${plural(strokes.length - 1, "component")}` : "this space has none";
}

/** "x 0.37, y −0.97, give or take 0.14 one way and 0.04 across". */
export const saidEllipse = ({ centre, radii }: MapEllipse): string => `${formatPoint(centre)}, deviation ${radii[0].toFixed(2)} along the ellipse and ${radii[1].toFixed(2)} across it`;

/** "15 of 17 hits are the same, 1 gained, 2 lost: hit F1 0.91". */
export function saidCompared({ kept, gained, lost, f1 }: ComparedBar): string {
  const all = kept.length + lost.length;
  const same = lost.length + gained.length === 0;
  return `${same ? `all ${plural(all, "hit")}` : `${kept.length} of ${plural(all, "hit")}`} the same, ${gained.length} gained, ${lost.length} lost: hit F1 ${f1.toFixed(2)}`;
}

/** Which cells differ, for a listener: "gained: snare step 25; lost: kick step 1". Steps count from 1. */
export function saidDifferences({ gained, lost }: ComparedBar, voices: readonly VoiceInfo[]): string {
  const cells = (list: ComparedBar["kept"]) => list.map(([voice, step]) => `${voices[voice]?.name ?? voice} step ${step + 1}`).join(", ");
  return [gained.length > 0 && `gained: ${cells(gained)}`, lost.length > 0 && `lost: ${cells(lost)}`].filter(Boolean).join("; ") || "nothing differs";
}

/** "410 bands × 157 frames = 64,370 values". */
export const saidPicture = ({ bands, frames }: Pick<LevelPicture, "bands" | "frames">): string => `${bands} bands × ${frames} frames = ${thousands(bands * frames)} values`;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));

/** A sound of an answer, as a file. */
export const fileOf = (base64: string): ArrayBuffer => bytesOf(base64).buffer;

/** The levels of a picture, row by row from the lowest band: 0 to 255. */
export function levelsOf({ bands, frames, levels }: LevelPicture): Uint8Array {
  const bytes = bytesOf(levels);
  if (bytes.length !== bands * frames) throw new RangeError(`a log spectrogram of ${bands} bands and ${frames} frames has ${bands * frames} levels, got ${bytes.length}`);
  return bytes;
}
