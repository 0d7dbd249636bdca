import { expect, test } from "vitest";
import { withoutBars } from "./styleMeters";

const space = {
  meters: [[4, 4], [3, 4], [7, 8]] as const, // prettier-ignore
  style_meters: [
    { style: "funk", nearest: ["funk", "jazz", null] },
    { style: "samba", nearest: ["samba", "waltz", null] },
    { style: "jazz", nearest: ["jazz", "jazz", null] },
  ],
};

test("a style with bars in the meter, or none at all, is as it was learned", () => {
  expect(withoutBars({ style: "funk", meter: [4, 4] }, space)).toBeNull();
  expect(withoutBars({ style: null, meter: [3, 4] }, space)).toBeNull();
  expect(withoutBars({ style: "polka", meter: [3, 4] }, space)).toBeNull();
  expect(withoutBars({ style: "funk", meter: [5, 4] }, space)).toBeNull();
});

test("without bars it is told, and the nearest style is offered", () => {
  expect(withoutBars({ style: "funk", meter: [3, 4] }, space)).toEqual({ says: "funk has no bars in 3/4", nearest: "jazz" });
  expect(withoutBars({ style: "funk", meter: [7, 8] }, space)).toEqual({ says: "funk has no bars in 7/8", nearest: null });
});

test("a blend has bars if one of its styles has; the nearest is that of its largest share", () => {
  expect(withoutBars({ style: { funk: 0.7, jazz: 0.3 }, meter: [3, 4] }, space)).toBeNull();
  expect(withoutBars({ style: { funk: 0.3, samba: 0.7 }, meter: [3, 4] }, space)).toEqual({ says: "samba and funk have no bars in 3/4", nearest: "waltz" });
});
