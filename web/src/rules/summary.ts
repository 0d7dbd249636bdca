/** Bars, points and sources in a musician's words. */

import type { Neighbour } from "./neighbours";
import { loudest } from "./pattern";
import type { CorpusMap, Point, VoiceInfo, BarPattern } from "./protocol";
import { velocityToMidi } from "./units";

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "Closed hi-hat", as a person writes it. */
export const titled = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const formatCoordinate = (value: number): string => value.toFixed(2).replace("-", "−");
export const formatPoint = ([x, y]: Point): string => `x ${formatCoordinate(x)}, y ${formatCoordinate(y)}`;

/** "0.21 away", on the scale of the map. */
export const formatDistance = (distance: number): string => (distance < 0.005 ? "right here" : `${distance.toFixed(2)} away`);

/** "18 strokes: kick 4, snare 5, closed hi-hat 9". */
export function describePattern(pattern: BarPattern, voices: readonly VoiceInfo[]): string {
  if (pattern.strokes.length === 0) return "a bar of silence";
  const counts = voices
    .map(({ name }, voice) => ({ name, count: pattern.strokes.filter(([row]) => row === voice).length }))
    .filter(({ count }) => count > 0);
  return `${plural(pattern.strokes.length, "stroke")}: ${counts.map(({ name, count }) => `${name} ${count}`).join(", ")}`;
}

/** "Snare, step 5, velocity 90", or off. Steps count from 1. */
export function describeCell(name: string, cell: number, strokes: BarPattern["strokes"]): string {
  const where = `${titled(name)}, step ${cell + 1}`;
  if (strokes.length === 0) return `${where}, off`;
  const many = strokes.length > 1 ? `, ${strokes.length} strokes` : "";
  return `${where}, velocity ${velocityToMidi(loudest(strokes))}${many}`;
}

/** Groove MIDI's way to name a file: number, style, tempo, beat or fill, meter. */
const GROOVE_MIDI = /^(\d+)_([a-z-]+)_\d+_(beat|fill)_\d+-\d+$/i;

const formatName = (name: string): string => {
  const [, number, style, section] = GROOVE_MIDI.exec(name) ?? [];
  if (style === undefined) return name.replaceAll("_", " ").replace(/^([a-z]+)(\d+)$/i, "$1 $2");
  return `${style.replaceAll("-", " ")} ${section === "beat" ? "groove" : "fill"}\u00a0${number}`; // the number stays with its groove
};

/** "drummer1/session2/7_funk_95_beat_4-4.mid" as "drummer 1, funk groove 7". */
export function formatFile(path: string): string {
  const parts = path.replace(/\.\w{2,4}$/, "").split("/");
  const ends = parts.length > 2 ? [parts[0]!, parts.at(-1)!] : parts;
  return ends.map(formatName).join(", ");
}

/** A bar of the corpus in words: what it is, where it is from, and under which licence. */
export function describeBar(corpus: CorpusMap, index: number): { style: string; section: string; source: string; licence: string } {
  const source = corpus.source[index] ?? -1;
  return {
    style: corpus.styles[corpus.style[index] ?? -1] ?? "no style",
    section: corpus.sections[corpus.section[index] ?? -1] ?? "",
    source: `${corpus.own.includes(source) ? "yours: " : ""}${formatFile(corpus.sources[source] ?? "unknown")}`,
    licence: corpus.licences[source] ?? "",
  };
}

/** The bars that a fine-tuned space has from the player. */
export function ownBars({ source, own }: Pick<CorpusMap, "source" | "own">): readonly number[] {
  const mine = new Set(own);
  return mine.size === 0 ? [] : source.flatMap((from, bar) => (mine.has(from) ? [bar] : []));
}

/** "nearest: drummer 1, latin bomba groove 7 (Groove MIDI, CC BY 4.0), 0.01 away"; whose it is only where all is of one. */
export function describeNearest(corpus: CorpusMap, { index, distance }: Neighbour): string {
  const { style, source, licence } = describeBar(corpus, index);
  const whose = new Set(corpus.licences).size > 1 ? "" : corpus.credit.split(":")[0]!.replace(/ dataset$/i, "");
  const named = source.includes(style) ? source : `${source}, ${style}`;
  const from = [whose, licence].filter(Boolean).join(", ");
  return `nearest: ${named}${from && ` (${from})`}, ${formatDistance(distance)}`;
}

/** "x 0.20, y −1.10: 18 strokes: kick 4, snare 5; nearest: funk". */
export function describePlace(point: Point, pattern: BarPattern, voices: readonly VoiceInfo[], nearestStyle: string | null): string {
  const nearest = nearestStyle === null ? "" : `; nearest: ${nearestStyle}`;
  return `${formatPoint(point)}: ${describePattern(pattern, voices)}${nearest}`;
}
