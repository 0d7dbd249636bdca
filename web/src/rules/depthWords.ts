/** Depths and phases of waves in words, in the unit of their parameter. */

const rounded = (value: number, digits: number): string => Number(value.toFixed(digits)).toString().replace("-", "−");

const UNITS: readonly (readonly [names: RegExp, say: (depth: number) => string])[] = [
  [/^tempo$/, (depth) => `${rounded(depth, 1)} bpm`],
  [/(^|\.)nudge$/, (depth) => `${rounded(depth, 1)} ms`],
  [/\.tune$/, (depth) => `${rounded(depth, 1)} st`],
  [/\.ratchet$/, (depth) => `${rounded(depth, 1)} strokes`],
  [/map\.[xy]$|sound\.[xy]$/, (depth) => `${rounded(depth, 2)} on the map`],
  [/(^|\.)shift\./, (depth) => rounded(depth, 1)],
  [/./, (depth) => `${Math.round(depth * 100)} %`],
];

/** "± 12 %", "± 4 ms". A depth below 0 turns the wave over. */
export function depthWords(parameter: string, depth: number): string {
  const words = UNITS.find(([names]) => names.test(parameter))![1](Math.abs(depth));
  return depth === 0 ? "stands still" : `± ${words}${depth < 0 ? ", turned over" : ""}`;
}

/** Where in its round a wave begins: "at its start", "25 % on". */
export const phaseWords = (phase: number): string => (phase === 0 ? "at its start" : `${Math.round(phase * 100)} % on`);
