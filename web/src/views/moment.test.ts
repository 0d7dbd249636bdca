import { expect, test } from "vitest";
import { formatMoment } from "./moment";

test("moments are written as today, yesterday or a date", () => {
  const now = new Date(2026, 10, 22, 18, 30);
  const formatted = (...at: [number, number, number, number, number]) => formatMoment(new Date(...at).toISOString(), now);
  expect(formatted(2026, 10, 22, 9, 5)).toBe("today, 09:05");
  expect(formatted(2026, 10, 21, 23, 59)).toBe("yesterday, 23:59");
  expect(formatted(2026, 10, 3, 18, 24)).toBe("3 Nov, 18:24");
  expect(formatted(2025, 10, 3, 18, 24)).toBe("3 Nov 2025");
  expect(formatMoment("some day", now)).toBe("some day");
});
