import { beforeEach, expect, test, vi } from "vitest";
import { tempoOf } from "../rules/scene";
import type { Session } from "../rules/sessionTime";
import { secondsPerStep } from "../rules/units";
import { LinkFollow } from "./linkFollow";
import type { Player } from "./player";
import { Store } from "./store";
import { Together } from "./together";

const AHEAD = 500; // seconds that the server's clock is ahead of the page's
const SESSION: Session = { seconds: AHEAD, beat: 1, tempo_bpm: 120, peers: 1, playing: false, quantum: 4, start: null };

let now: number; // ms
let store: Store;
let together: Together;
let link: LinkFollow;
let sent: { kind: string; [key: string]: unknown }[];
let sought: [turn: number, audio: number][];

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  store = new Store();
  sent = [];
  sought = [];
  together = new Together((message) => sent.push(message as (typeof sent)[number]));
  const player = {
    play: () => Promise.resolve(),
    seek: (turn: number, audio: number) => sought.push([turn, audio]),
    positionAt: () => 70,
    audibleAt: (ms: number) => ms / 1000 + 7, // the audio clock is 7 s ahead
  };
  link = new LinkFollow(store, player as unknown as Player, together, { stepSeconds: () => 0.5 });
});

const told = (changes: Partial<Session>) => together.take({ kind: "session", session: { ...SESSION, seconds: AHEAD + now / 1000, ...changes } });

function joined(changes: Partial<Session> = {}): void {
  told(changes);
  together.take({ kind: "time", sent: now, seconds: AHEAD + now / 1000 });
}

async function play(): Promise<void> {
  store.playing.value = true;
  await Promise.resolve();
  await Promise.resolve();
}

test("without a session another leader says how long steps last", () => {
  expect(link.following).toBe(false);
  expect(link.stepSeconds(0.03, { passed: 0, time: 0 })).toBe(0.5);
});

test("music begins with the next bar of the others, and keeps time with it", async () => {
  joined(); // beat 1 of 4 at 120 bpm: the line is 1.5 s away
  await play();
  expect(sought).toEqual([[0, expect.closeTo(7 + 1.5, 6)]]);
  const start = sent.find(({ kind }) => kind === "link")!;
  expect(start).toMatchObject({ playing: true, quantum: 4, start: 1 });
  expect(start["seconds"]).toBeCloseTo(AHEAD + 1.5 - 0.02, 6);
  now = 100;
  told({ beat: -2.8, start: 1, playing: true }); // the server has counted it from 0
  now = 1500;
  const planned = secondsPerStep(tempoOf(store.scene.value)); // in the project's own tempo
  expect(link.stepSeconds(planned, { passed: 0, time: 8.5 })).toBeCloseTo(60 / 120 / 16, 6);
  told({ beat: 0, tempo_bpm: 240, start: 1, playing: true });
  expect(link.stepSeconds(planned, { passed: 0, time: 8.5 })).toBeCloseTo(60 / 240 / 16, 6);
});

test("alone, music begins at once", async () => {
  joined({ peers: 0 });
  await play();
  expect(sought).toEqual([[0, expect.closeTo(7.08, 6)]]);
  expect(sent.find(({ kind }) => kind === "link")!["seconds"]).toBeCloseTo(AHEAD + 0.08, 6);
});

test("another session is entered anew at its next bar line, one that is renumbered is not", async () => {
  joined();
  await play();
  now = 3000;
  told({ beat: 7 - 16, playing: true });
  expect(sought).toHaveLength(1);
  told({ beat: 8.5, playing: true });
  expect(sought).toEqual([sought[0], [2, expect.closeTo(7 + 3 + 1.75, 6)]]); // position 70 is in the second bar
});

test("the end of the music is told, and a session that is gone is not followed", async () => {
  joined();
  await play();
  store.playing.value = false;
  expect(sent.at(-1)).toEqual({ kind: "link", playing: false });
  together.take({ kind: "session", session: null });
  expect(link.following).toBe(false);
});
