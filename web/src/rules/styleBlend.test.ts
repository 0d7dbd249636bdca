import { expect, test } from "vitest";
import type { StyleChoice } from "./protocol";
import { formatStyle, knownOf, sharesOf, styleOf, withAnother, without, withShare, withStyle } from "./styleBlend";

const total = (style: StyleChoice) => sharesOf(style).reduce((sum, [, share]) => sum + share, 0);

test("a style joins, takes the place of another, and leaves", () => {
  const blend = withAnother(withAnother(null, "funk"), "samba");
  expect(blend).toEqual({ funk: 0.7, samba: 0.3 });
  expect(formatStyle(blend)).toBe("funk 70 · samba 30");
  expect(withStyle(blend, 1, "jazz")).toEqual({ funk: 0.7, jazz: 0.3 });
  expect([withStyle(null, 0, "jazz"), withStyle("funk", 0, "jazz")]).toEqual(["jazz", "jazz"]);
  expect(without(blend, 0)).toBe("samba");
  expect(without("samba", 0)).toBeNull();
  expect(withAnother(withAnother(withAnother(blend, "jazz"), "rock"), "jazz")).toEqual({ funk: 0.49, samba: 0.21, jazz: 0.3 }); // three at most
});

test("shares always add up to 1, and no style vanishes", () => {
  for (const start of [{ funk: 0.7, samba: 0.3 }, { a: 0.34, b: 0.33, c: 0.33 }, { a: 0.9, b: 0.05, c: 0.05 }])
    for (let n = 0; n < sharesOf(start).length; n++)
      for (const wanted of [0, 0.01, 0.123, 0.5, 0.97, 1]) {
        const style = withShare(start, n, wanted);
        expect(total(style)).toBeCloseTo(1, 12);
        expect(Math.min(...sharesOf(style).map(([, share]) => share))).toBeGreaterThanOrEqual(0.05 - 1e-9);
        expect(Math.abs(sharesOf(style)[n]![1] - Math.min(0.95, Math.max(0.05, wanted)))).toBeLessThan(0.06);
      }
});

test("of two styles, what one gets the other gives; of three, the others share it as they did", () => {
  expect(withShare({ funk: 0.7, samba: 0.3 }, 1, 0.6)).toEqual({ funk: 0.4, samba: 0.6 });
  expect(withShare({ a: 0.2, b: 0.5, c: 0.3 }, 0, 0.4)).toEqual({ a: 0.4, b: 0.37, c: 0.23 });
});

test("thirds are rounded to hundredths", () => expect(styleOf([["a", 1], ["b", 1], ["c", 1]])).toEqual({ a: 0.34, b: 0.33, c: 0.33 }));

test("what is not known here leaves, and the rest shares its part", () => {
  const blend = { funk: 0.5, polka: 0.3, jazz: 0.2 };
  expect(knownOf(blend, ["funk", "jazz"])).toEqual({ funk: 0.71, jazz: 0.29 });
  expect(knownOf(blend, ["funk", "jazz", "polka"])).toBe(blend);
  expect([knownOf("polka", ["funk"]), knownOf(null, [])]).toEqual([null, null]);
});
