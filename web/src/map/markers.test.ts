import { expect, test } from "vitest";
import { lookOf, ranks } from "./markers";

/** OKLab, in which distance is how different two colours look. */
function oklab(colour: string): [number, number, number] {
  const linear = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const [r, g, b] = linear as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

test.each([true, false])("eighteen styles look different from each other (dark page: %s)", (dark) => {
  const looks = Array.from({ length: 18 }, (_, rank) => lookOf(rank, dark));
  looks.forEach((one, n) =>
    looks.slice(n + 1).forEach((other, k) => {
      const [a, b] = [oklab(one.colour), oklab(other.colour)];
      const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      expect(apart, `${n} ${one.colour} and ${n + 1 + k} ${other.colour}`).toBeGreaterThan(one.marker === other.marker ? 0.1 : 0.06);
    }),
  );
});

test("ninety styles differ in colour or in shape", () => {
  const looks = Array.from({ length: 90 }, (_, rank) => JSON.stringify(lookOf(rank, true)));
  expect(new Set(looks).size).toBe(90);
});

test("the most frequent style comes first", () => expect(ranks([2, 2, 0, 2, 0, 1, -1], 3)).toEqual([1, 2, 0]));
