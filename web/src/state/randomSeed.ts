/** A seed that nobody chose. */

import { MAX_SEED } from "../rules/protocol";

export const randomSeed = (random: () => number = Math.random): number => Math.floor(random() * (MAX_SEED + 1));
