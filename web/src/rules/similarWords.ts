/** What the page says of what is like a bar or a sound. */

import type { SimilarBars, SimilarSounds } from "./protocol";
import { formatPoint } from "./summary";

/** Where a bar lies, and among which styles. */
export function saidPlace({ point, styles }: SimilarBars): string {
  const among = styles.map(({ style, share }) => `${style} ${Math.round(100 * share)} %`).join(", ");
  return `It lies at ${formatPoint(point)}${among && `, and is most like ${among}`}.`;
}

/** A bar that was found, but for its style. */
export const saidBar = ({ source, bar, agreement, distance, licence }: SimilarBars["found"][number]): string =>
  `${source}, bar ${bar}: ${Math.round(100 * agreement)} % of strokes agree, distance ${distance.toFixed(1)}${licence && `, ${licence}`}`;

export const saidSound = ({ source, distance, licence }: SimilarSounds["found"][number]): string => `${source}, distance ${distance.toFixed(1)}${licence && `, ${licence}`}`;
