/** What the browser's storage holds. */

import type { ClickHistory } from "../rules/clickHistory";
import type { Project } from "../rules/project";
import type { BarPattern } from "../rules/protocol";

/** The strokes of bars, by their `barKey`. */
export type Strokes = readonly (readonly [key: string, pattern: BarPattern])[];

/** What was stored, and the link it had. */
export interface Remembered {
  readonly project: Project;
  readonly clicks: ClickHistory;
  readonly strokes: Strokes;
  readonly link: string;
}
