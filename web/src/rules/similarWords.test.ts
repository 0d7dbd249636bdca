import { expect, test } from "vitest";
import { saidBar, saidPlace, saidSound } from "./similarWords";

test("where a bar lies and what is like it are said with source, licence and distance", () => {
  const bar = { source: "funk/1.mid", bar: 3, style: "funk", licence: "CC BY 4.0", agreement: 0.876, distance: 4.24, pattern: { meter: [4, 4], strokes: [] }, point: [0, 0] } as const;
  expect(saidBar(bar)).toBe("funk/1.mid, bar 3: 88 % of strokes agree, distance 4.2, CC BY 4.0");
  expect(saidBar({ ...bar, licence: "" })).not.toContain("CC");
  const place = { point: [0.5, -1], distance: 0.1, styles: [{ style: "funk", share: 0.625 }], found: [bar] } as const;
  expect(saidPlace(place)).toContain("and is most like funk 63 %.");
  expect(saidPlace({ ...place, styles: [] })).toMatch(/^It lies at [^,]+, [^,]+\.$/);
  expect(saidSound({ source: "kick.wav", distance: 7.86, licence: "CC0-1.0", point: [0, 0], detail: [] })).toBe("kick.wav, distance 7.9, CC0-1.0");
});
