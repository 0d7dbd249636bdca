import { expect, test } from "vitest";
import { type Groove, JOURNEY_BARS, NEW_GROOVE } from "./groove";
import { readLink, writeLink } from "./link";

/** Numbers in [0, 1), the same every time. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

const digits = (value: number, many: number): number => Number(value.toFixed(many));

function drawn(seed: number): Groove {
  const draw = draws(seed);
  const point = () => [digits(draw() * 6 - 3, 3), digits(draw() * 6 - 3, 3)] as const;
  const quanta = ["step", "beat", "bar"] as const;
  return {
    ...NEW_GROOVE,
    place: {
      ...NEW_GROOVE.place,
      point: point(),
      shape: {
        style: draw() < 0.5 ? null : "afrocuban/calypso & more",
        section: draw() < 0.5 ? "beat" : "fill",
        density: draw() < 0.5 ? null : digits(draw(), 2),
        variation: digits(draw(), 2),
        seed: Math.floor(draw() * 2 ** 32),
      },
    },
    journey: {
      ...NEW_GROOVE.journey,
      a: point(),
      b: point(),
      bars: JOURNEY_BARS[Math.floor(draw() * JOURNEY_BARS.length)]!,
      mode: draw() < 0.5 ? "loop" : "ping-pong",
      travelling: draw() < 0.5,
    },
    tempoBpm: digits(20 + draw() * 380, 1),
    swing: digits(0.25 + draw() * 0.5, 3),
    quantum: quanta[Math.floor(draw() * 3)]!,
    kit: "my long folder of drums",
  };
}

test.each(Array.from({ length: 60 }, (_, n) => n + 1))("there and back, groove %i, under 200 characters", (seed) => {
  const groove = drawn(seed);
  const link = writeLink(groove);
  expect(`http://127.0.0.1:65535/#${link}`.length).toBeLessThan(230);
  expect(link.length).toBeLessThan(200);
  const read = readLink(`#${link}`, NEW_GROOVE)!;
  expect(read.swing).toBeCloseTo(groove.swing, 9);
  expect({ ...read, swing: 0 }).toEqual({ ...groove, swing: 0 });
});

test("what is not a link of ours is none, and what is garbled stays at its default", () => {
  expect(readLink("", NEW_GROOVE)).toBeNull();
  expect(readLink("#p=NaN,2", NEW_GROOVE)).toBeNull();
  expect(readLink("#p=1", NEW_GROOVE)).toBeNull();
  const read = readLink("#p=9,-9&t=fast&w=900&r=-4&q=later&j=7x&d=2", NEW_GROOVE)!;
  expect(read.place.point).toEqual([3, -3]);
  expect([read.tempoBpm, read.swing, read.place.shape.seed, read.quantum]).toEqual([112, 0.75, 0, "bar"]);
  expect([read.journey.bars, read.place.shape.density]).toEqual([8, 1]);
});

test("nobody travels without both pins", () => expect(readLink("#p=0,0&a=1,1&j=8lt", NEW_GROOVE)!.journey.travelling).toBe(false));
