import { expect, test } from "vitest";
import { sayMoment } from "./moment";

test("moments are said as a person says them", () => {
  const now = new Date(2026, 10, 22, 18, 30);
  const said = (...at: [number, number, number, number, number]) => sayMoment(new Date(...at).toISOString(), now);
  expect(said(2026, 10, 22, 9, 5)).toBe("today, 09:05");
  expect(said(2026, 10, 21, 23, 59)).toBe("yesterday, 23:59");
  expect(said(2026, 10, 3, 18, 24)).toBe("3 Nov, 18:24");
  expect(said(2025, 10, 3, 18, 24)).toBe("3 Nov 2025");
  expect(sayMoment("some day", now)).toBe("some day");
});
