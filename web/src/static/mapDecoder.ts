/** What the map expects at a point, cell by cell: tables of features over the map, and a network that reads them. */

import { clamp } from "../rules/units";
import type { Condition } from "./condition";
import { ResidualNetwork } from "./layers";
import type { Weights } from "./weights";

const EDGE = 3; // map units: the tables lie over [-3, 3]
const DENSITY_LOGITS = 2.5; // distance of either end of the density scale from its middle, in logits of a hit
const TABLES = "map_decoder.grid.tables";

/** How much more readily a cell sounds at this density in [0, 1], in logits; null changes nothing. */
export const densityLogits = (density: number | null): number => DENSITY_LOGITS * (2 * (density ?? 0.5) - 1);

interface Table {
  readonly size: number; // points in a row
  readonly features: number;
  readonly data: Float32Array;
}

export class MapDecoder {
  private readonly tables: readonly Table[];
  private readonly head: ResidualNetwork;

  /** `networkSteps` is how many steps the network's bars have. */
  constructor(
    weights: Weights,
    private readonly networkSteps: number,
  ) {
    const tables: Table[] = [];
    for (let found = weights.get(`${TABLES}.0`); found; found = weights.get(`${TABLES}.${tables.length}`)) {
      const [places, features] = found.shape as [number, number];
      tables.push({ size: Math.sqrt(places), features, data: found.data });
    }
    this.tables = tables;
    this.head = new ResidualNetwork(weights, "map_decoder.head");
  }

  /** The logit of a hit in each cell of the bar, voice by voice. */
  logits({ point, labels, steps }: Condition): Float32Array {
    const read = this.tables.flatMap((table) => readTable(table, point));
    const all = this.head.run(Float32Array.from([...read, ...labels]));
    const voices = all.length / this.networkSteps;
    const logits = new Float32Array(voices * steps);
    for (let voice = 0; voice < voices; voice++) logits.set(all.subarray(voice * this.networkSteps, voice * this.networkSteps + steps), voice * steps);
    return logits;
  }
}

/** Bilinear interpolation of a square table whose rows run along the second coordinate; beyond the edge that of the edge. */
function readTable({ size, features, data }: Table, point: readonly [number, number]): number[] {
  const [x, y] = point.map((each) => ((clamp(each, -EDGE, EDGE) / EDGE + 1) / 2) * (size - 1)) as [number, number];
  const column = Math.min(Math.floor(x), size - 2);
  const row = Math.min(Math.floor(y), size - 2);
  const right = x - column;
  const up = y - row;
  const corner = (row * size + column) * features;
  return Array.from({ length: features }, (_, feature) => {
    const at = (place: number) => data[corner + place * features + feature]!;
    const below = (1 - right) * at(0) + right * at(1);
    const above = (1 - right) * at(size) + right * at(size + 1);
    return (1 - up) * below + up * above;
  });
}
