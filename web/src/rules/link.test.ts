import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, FILLS_EVERY, type Groove, JOURNEY_BARS, LOOP_BARS, NEW_GROOVE } from "./groove";
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
  const sd = () => (draw() < 0.5 ? 0 : digits(draw() * 6 - 3, 1) || 0);
  const quanta = ["step", "beat", "bar"] as const;
  return {
    ...NEW_GROOVE,
    place: {
      ...NEW_GROOVE.place,
      point: point(),
      settings: {
        style: [null, "afrocuban/calypso & more", { funk: 0.7, "drum and bass": 0.3 }, { rock: 0.34, jazz: 0.33, "808": 0.33 }][Math.floor(draw() * 4)]!,
        section: draw() < 0.5 ? "beat" : "fill",
        meter: ([[4, 4], [3, 4], [6, 8], [5, 4]] as const)[Math.floor(draw() * 4)]!,
        shift: { density: sd(), syncopation: sd(), swing: sd(), loudness: sd() },
        bars: LOOP_BARS[Math.floor(draw() * LOOP_BARS.length)]!,
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
    fillEvery: FILLS_EVERY[Math.floor(draw() * FILLS_EVERY.length)]!,
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
  expect([read.tempoBpm, read.swing, read.place.settings.seed, read.quantum]).toEqual([112, 0.75, 0, "bar"]);
  expect([read.journey.bars, read.place.settings.density]).toEqual([8, 1]);
});

test("nobody travels without both pins", () => expect(readLink("#p=0,0&a=1,1&j=8lt", NEW_GROOVE)!.journey.travelling).toBe(false));

test("a link says all that it does not leave at its default, whatever was remembered", () => {
  const mine = { ...NEW_GROOVE, fillEvery: 8, place: { ...NEW_GROOVE.place, settings: { ...DEFAULT_SETTINGS, style: "funk", bars: 4 } } };
  const read = readLink("#p=1,1&t=90", mine)!;
  expect([read.place.settings, read.fillEvery]).toEqual([DEFAULT_SETTINGS, 0]);
});

test("a blend, a meter or a shift that is garbled is none", () => {
  const read = readLink("#p=0,0&s=70+funk&s=samba&m=7-5&x=1,much,-9&l=3&f=5", NEW_GROOVE)!;
  expect(read.place.settings).toEqual({ ...DEFAULT_SETTINGS, shift: { density: 1, syncopation: 0, swing: -3, loudness: 0 } });
  expect(read.fillEvery).toBe(0);
  expect(readLink("#p=0,0&s=35+funk&s=15+samba", NEW_GROOVE)!.place.settings.style).toEqual({ funk: 0.7, samba: 0.3 });
});
