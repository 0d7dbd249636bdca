/** Long play in a hurry: the clock runs as fast as it can while a player does one thing after the other. CLAVE_MINUTES=60 plays an hour. */

import { expect, test } from "vitest";
import { toyBar, toyCorpus, toyInstrument } from "../dev/toyServer";
import type { Wanted } from "../src/rules/conductor";
import type { Bar } from "../src/rules/project";
import { Clock } from "../src/audio/clock";
import type { OwnSound, QueuedStep } from "../src/audio/output";
import { Transport } from "../src/audio/transport";
import { Actions } from "../src/state/actions";
import { Decoding } from "../src/state/decoding";
import { LaneActions } from "../src/state/laneActions";
import { SceneActions } from "../src/state/sceneActions";
import { Store } from "../src/state/store";

const MINUTES = Number(process.env["CLAVE_MINUTES"] ?? 1);
const TICK_SECONDS = 0.01;
const ACT_SECONDS = 0.7;
const STEP_TOLERANCE = 1e-6; // seconds

/** Numbers in [0, 1) that are the same on every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a player may do next. */
function acts(store: Store, draw: () => number): readonly (() => void)[] {
  const [actions, scenes, lanes] = [new Actions(store), new SceneActions(store), new LaneActions(store)];
  const whole = (below: number) => Math.floor(draw() * below);
  const coordinate = () => 6 * draw() - 3;
  const voice = () => whole(8);
  return [
    () => actions.goTo([coordinate(), coordinate()]),
    () => {
      for (let n = 0; n < 5; n++) actions.goTo([coordinate(), coordinate()], true);
      store.underHand.value = false;
      actions.settle();
    },
    () => actions.changeSettings("style", { style: draw() < 0.5 ? null : toyInstrument.space.styles[0]! }),
    () => actions.changeSettings("loop", { loop: [1, 2, 4][whole(3)]! }),
    () => actions.toggleCell(voice(), whole(16)),
    () => actions.hold(voice(), draw() < 0.5),
    () => actions.release(),
    () => actions.set("tempo", { tempoBpm: 90 + whole(150) }),
    () => actions.set("quantum", { quantum: (["step", "beat", "bar"] as const)[whole(3)]! }),
    () => actions.fillEvery([0, 4][whole(2)]!),
    () => actions.setPin(draw() < 0.5 ? "A" : "B", [coordinate(), coordinate()]),
    () => actions.travel(draw() < 0.6),
    () => scenes.keep(whole(4)),
    () => store.project.value.scenes[0] && scenes.launch(0),
    () => lanes.change(voice(), "chance", { probability: draw(), ratchet: 1 + whole(3), nudge_ms: 20 * draw() - 10 }),
    () => lanes.change(voice(), "own loop", { loop_steps: [null, 12, 48][whole(3)]! }),
    () => actions.undo(),
    () => actions.redo(),
  ];
}

test(
  `no stroke is missed in ${MINUTES} minutes of random acts`,
  async () => {
    const store = new Store();
    store.instrument.value = toyInstrument;
    store.playing.value = true;
    new Decoding(store, { bars: async (bars: readonly Bar[]) => bars.map(toyBar), corpus: async () => toyCorpus(), ground: async () => Promise.reject(new Error("not asked for")) });
    const draw = chances(7);
    const choices = acts(store, draw);

    let now = 0;
    let due = 0; // strokes of the steps that were queued
    let struck = 0;
    let late = 0;
    let gaps = 0;
    let end: number | null = null; // of the latest step
    const wanted = (): Wanted => {
      const { launch, launchReady, launchScore, score, atOnce, project, entry } = store;
      const { quantum } = project.value;
      if (launchReady.value) return { bars: launchScore.value!, quantum, entry: launch.value!.entry };
      return { bars: score.value, quantum: atOnce.value ? "step" : quantum, entry: entry.value };
    };
    const output = {
      step({ step, time, seconds }: QueuedStep) {
        if (end !== null && Math.abs(time - end) > STEP_TOLERANCE) gaps += 1;
        end = time + seconds;
        due += clock["part"]!.bar.strokes.filter((stroke) => stroke.step === step).length;
      },
      strike(_voice: number, _velocity: number, time: number, _own: OwnSound) {
        struck += 1;
        if (time < now - STEP_TOLERANCE) late += 1;
      },
      release() {},
      silence() {},
    };
    let tick = () => {};
    const clock = new Clock(new Transport({ now: () => now }), wanted, [output], (_, each) => {
      tick = each;
      return () => {};
    });
    clock.start();

    const heap: number[] = [];
    for (let next = 0; now < MINUTES * 60; now += TICK_SECONDS) {
      tick();
      const here = clock.playhead(now);
      if (here && store.heard.value !== here.part) store.heard.value = here.part;
      store.position.value = here?.position ?? null;
      if (now < next) continue;
      next = now + ACT_SECONDS;
      choices[Math.floor(draw() * choices.length)]!();
      await new Promise((resolve) => setTimeout(resolve, 0)); // what was asked for comes
      if (globalThis.gc) globalThis.gc();
      heap.push(process.memoryUsage().heapUsed / 2 ** 20);
    }
    clock.stop();
    if (MINUTES >= 10) console.log(`${struck} strokes; heap in MB at each tenth: ${Array.from({ length: 10 }, (_, n) => heap[Math.floor((n * heap.length) / 10)]!.toFixed(0)).join(" ")}`);
    expect(due).toBeGreaterThan(100 * MINUTES);
    expect([struck, late, gaps]).toEqual([due, 0, 0]);
    expect(store.notice.value?.kind).not.toBe("error");
  },
  60_000 + 60_000 * MINUTES,
);
