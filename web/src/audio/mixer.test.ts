import { expect, test } from "vitest";
import { limit } from "./mixer";

test("the limiter leaves quiet sound alone, keeps order, and never exceeds full scale", () => {
  const inputs = Array.from({ length: 1601 }, (_, n) => (n - 800) / 100);
  const outputs = inputs.map(limit);
  inputs.forEach((input, n) => {
    if (Math.abs(input) <= 0.8) expect(outputs[n]).toBe(input);
    expect(Math.abs(outputs[n]!)).toBeLessThanOrEqual(1);
    if (n > 0) expect(outputs[n]!).toBeGreaterThanOrEqual(outputs[n - 1]!);
  });
});

test("it bends without a corner", () => expect((limit(0.8 + 1e-6) - limit(0.8)) / 1e-6).toBeCloseTo(1, 3));
