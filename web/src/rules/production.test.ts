/** The room and the gain of bars are those of Python. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fixturePath } from "../../tests/madeUp";
import { chance } from "./chance";
import { kWeightedEnergy } from "./loudness";
import { barGain } from "./program";
import type { BarPattern } from "./protocol";
import { impulseResponse, ROOM_SIZES } from "./room";

interface Fixture {
  readonly every: number;
  readonly rooms: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly energy: number;
  readonly bars: readonly { readonly pattern: BarPattern; readonly energies: readonly number[]; readonly seconds: number; readonly gain: number }[];
}

const { every, rooms, energy, bars } = JSON.parse(readFileSync(fixturePath("production.json"), "utf8")) as Fixture;
const RATE = 44_100;

test.each(ROOM_SIZES)("the %s has Python's impulse response, and the energy 1", (size) => {
  const sides = impulseResponse(size, RATE);
  sides.forEach((side, channel) => {
    const some = side.filter((_, n) => n % every === 0);
    expect(some.length).toBe(rooms[size]![channel]!.length);
    rooms[size]![channel]!.forEach((wanted, n) => expect(Math.abs(some[n]! - wanted)).toBeLessThan(1e-7));
  });
  expect(sides.reduce((sum, side) => side.reduce((own, each) => own + each ** 2, sum), 0)).toBeCloseTo(1, 5);
});

test("a sound has Python's K-weighted energy", () => {
  const sound = Float32Array.from({ length: 2000 }, (_, n) => (2 * chance(3, n) - 1) * Math.exp(-n / 300));
  expect(kWeightedEnergy(sound, RATE) / energy).toBeCloseTo(1, 6);
});

test("bars have Python's gain", () => {
  bars.forEach(({ pattern, energies, seconds, gain }) => expect(barGain(pattern, energies, seconds)).toBeCloseTo(gain, 6));
  expect(new Set(bars.map(({ gain }) => gain)).size).toBe(bars.length);
});
