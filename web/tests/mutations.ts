/** Mutations by seed of what a stranger may hand to the page: text, and JSON in text. */

/** Numbers in [0, 1) by a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const VALUES: readonly unknown[] = [null, true, 0, -1, 0.5, 2 ** 53, 1e308, -1e308, 1e-320, "", "x", "\ud800", "x".repeat(3000), "__proto__", [], {}, [[]], [0, 0], [1e9, -1e9], { kind: "given" }];
const WORDS: readonly string[] = ["NaN", "Infinity", "-1", "1e999", "%", "%00", "&", "=", ",", "p=", "z=", "#", "999999999999", "ä", "\0"];

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** The text with a few places cut out, doubled or replaced. */
export function mutatedText(text: string, random: () => number): string {
  let found = text;
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
    const at = Math.floor(random() * (found.length + 1));
    const end = at + Math.floor(random() * 6);
    const put = pick(random, ["", pick(random, WORDS), found.slice(at, end).repeat(pick(random, [2, 100]))]);
    found = found.slice(0, at) + put + found.slice(end);
  }
  return found;
}

/** The text of a JSON value with a few places of it replaced, left out or repeated; sometimes damaged as text. */
export function mutatedJson(value: unknown, random: () => number): string {
  const root = { value: structuredClone(value) };
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) change(root, random);
  const text = JSON.stringify(root.value) ?? "";
  return random() < 0.1 ? mutatedText(text, random) : text;
}

function change(root: object, random: () => number): void {
  let place = root as Record<string, unknown>;
  let key = "value";
  while (random() > 0.15) {
    const inside = place[key];
    if (typeof inside !== "object" || inside === null || Object.keys(inside).length === 0) break;
    place = inside as Record<string, unknown>;
    key = pick(random, Object.keys(inside));
  }
  const held = place[key];
  const kind = random();
  if (kind < 0.6) place[key] = structuredClone(pick(random, VALUES));
  else if (kind < 0.75) delete place[key];
  else if (Array.isArray(held) && held.length < 100) place[key] = Array.from({ length: 30 }, () => held).flat();
  else if (typeof held === "number") place[key] = pick(random, [-held, held + 1, held * 1e6, String(held)]);
  else place[key] = [held];
}
