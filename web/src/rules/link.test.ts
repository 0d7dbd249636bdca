import { expect, test } from "vitest";
import { voicesOfKit } from "./kitChanges";
import { readLink, writeLink } from "./link";
import type { Project } from "./project";
import { DEFAULT_SETTINGS, FILLS_EVERY, JOURNEY_BARS, journeyOf, LOOP_BARS, NEW_PAGE_PROJECT, placeAt, pointOf, tempoOf, travelling, withPin, withSettings, withTempo } from "./scene";

/** Numbers in [0, 1), the same every time. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

const digits = (value: number, many: number): number => Number(value.toFixed(many));

function drawn(seed: number): Project {
  const draw = draws(seed);
  const point = () => [digits(draw() * 6 - 3, 3), digits(draw() * 6 - 3, 3)] as const;
  const sd = () => (draw() < 0.5 ? 0 : digits(draw() * 6 - 3, 1) || 0);
  const quanta = ["step", "beat", "bar"] as const;
  const settings = {
    style: [null, "afrocuban/calypso & more", { funk: 0.7, "drum and bass": 0.3 }, { rock: 0.34, jazz: 0.33, "808": 0.33 }][Math.floor(draw() * 4)]!,
    section: draw() < 0.5 ? "beat" : "fill",
    meter: ([[4, 4], [3, 4], [6, 8], [5, 4]] as const)[Math.floor(draw() * 4)]!,
    variation: digits(draw(), 2),
    density: draw() < 0.5 ? null : digits(draw(), 2),
    shift: { density: sd(), syncopation: sd(), swing: sd(), loudness: sd() },
    seed: Math.floor(draw() * 2 ** 32),
  };
  const loop = LOOP_BARS[Math.floor(draw() * LOOP_BARS.length)]!;
  const kind = { bars: JOURNEY_BARS[Math.floor(draw() * JOURNEY_BARS.length)]!, way: draw() < 0.5 ? "loop" : "ping-pong" } as const;
  const { scene } = NEW_PAGE_PROJECT;
  const kit = { ...scene.kit, name: "my long folder of drums", voices: voicesOfKit("my long folder of drums".slice(0, 24), 8) };
  const there = { ...scene, ...placeAt(point(), settings, loop), kit, swing: digits(0.25 + draw() * 0.5, 3), fill_every: FILLS_EVERY[Math.floor(draw() * FILLS_EVERY.length)]! };
  const pinned = travelling(withPin(withPin(there, "A", point(), kind), "B", point(), kind), draw() < 0.5);
  return { ...NEW_PAGE_PROJECT, quantum: quanta[Math.floor(draw() * 3)]!, scene: withTempo(pinned, digits(20 + draw() * 380, 1)) };
}

test.each(Array.from({ length: 60 }, (_, n) => n + 1))("there and back, project %i, under 200 characters", (seed) => {
  const project = drawn(seed);
  const link = writeLink(project);
  expect(`http://127.0.0.1:65535/#${link}`.length).toBeLessThan(230);
  expect(link.length).toBeLessThan(200);
  const read = readLink(`#${link}`, NEW_PAGE_PROJECT)!;
  expect(read.scene.swing).toBeCloseTo(project.scene.swing, 9);
  const swingless = (each: Project): Project => ({ ...each, scene: { ...each.scene, swing: 0.5 } });
  expect(swingless(read)).toEqual(swingless(project));
});

test("what is not a link of ours is none, and what is garbled stays at its default", () => {
  expect(readLink("", NEW_PAGE_PROJECT)).toBeNull();
  expect(readLink("#p=NaN,2", NEW_PAGE_PROJECT)).toBeNull();
  expect(readLink("#p=1", NEW_PAGE_PROJECT)).toBeNull();
  const read = readLink("#p=9,-9&t=fast&w=900&r=-4&q=later&j=7x&d=2", NEW_PAGE_PROJECT)!;
  expect(pointOf(read.scene)).toEqual([3, -3]);
  expect([tempoOf(read.scene), read.scene.swing, read.scene.settings.seed, read.quantum]).toEqual([112, 0.75, 0, "bar"]);
  expect([read.scene.path, read.scene.settings.density]).toEqual([null, 1]);
});

test("nobody travels without both pins", () => expect(journeyOf(readLink("#p=0,0&a=1,1&j=8lt", NEW_PAGE_PROJECT)!.scene)).toEqual({ a: [1, 1], b: null, travelling: false }));

test("a link says all that it does not leave at its default, whatever was remembered", () => {
  const { scene } = NEW_PAGE_PROJECT;
  const mine = { ...NEW_PAGE_PROJECT, scene: { ...scene, ...withSettings(scene, { style: "funk", loop: 4 }), fill_every: 8 } };
  const read = readLink("#p=1,1&t=90", mine)!;
  expect([read.scene.settings, read.scene.bars.length, read.scene.fill_every]).toEqual([DEFAULT_SETTINGS, 1, 0]);
});

test("a blend, a meter or a shift that is garbled is none", () => {
  const read = readLink("#p=0,0&s=70+funk&s=samba&m=7-5&x=1,much,-9&l=3&f=5", NEW_PAGE_PROJECT)!;
  expect(read.scene.settings).toEqual({ ...DEFAULT_SETTINGS, shift: { density: 1, syncopation: 0, swing: -3, loudness: 0 } });
  expect(read.scene.fill_every).toBe(0);
  expect(readLink("#p=0,0&s=35+funk&s=15+samba", NEW_PAGE_PROJECT)!.scene.settings.style).toEqual({ funk: 0.7, samba: 0.3 });
});
