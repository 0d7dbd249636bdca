import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AnswerFeed } from "./answerFeed";
import type { Player } from "./player";
import { Store } from "./store";
import { Together } from "./together";

let store: Store;
let sent: unknown[];
let together: Together;
let position: number | null;
let player: Pick<Player, "hears" | "positionAt">;

beforeEach(() => {
  store = new Store();
  sent = [];
  position = 0;
  together = new Together((message) => sent.push(message));
  player = { hears: [], positionAt: () => position };
  new AnswerFeed(store, player as Player, together);
});

afterEach(() => vi.restoreAllMocks());

/** The music comes to this bar. */
function bar(index: number): void {
  const bars = store.score.value;
  position = index * 64 + 0.3;
  store.heard.value = { bars, bar: bars.bar(0), index, since: 0 };
}

function strike(voice: number | null, at: number): void {
  position = at;
  player.hears[0]!(voice, 0.5, 1);
}

test("strokes are told bar by bar; one less than half a 16th early belongs to the bar that begins", () => {
  bar(0);
  strike(1, 16.5);
  strike(null, 61);
  strike(0, 62.5);
  bar(1);
  bar(2);
  expect(sent).toEqual([
    { kind: "played", meter: [4, 4], strokes: [[1, 0.5, 16.5], [null, 0.5, 61]] }, // prettier-ignore
    { kind: "played", meter: [4, 4], strokes: [[0, 0.5, -1.5]] },
  ]);
});

test("a quiet bar is told where it is answered, and nothing while the music stands", () => {
  bar(0);
  bar(1);
  expect(sent).toEqual([]);
  together.take({ kind: "said", values: { "/clave/answer": ["agree"] } });
  bar(2);
  expect(sent).toEqual([{ kind: "played", meter: [4, 4], strokes: [] }]);
  strike(1, 140);
  store.heard.value = null;
  position = null;
  player.hears[0]!(2, 1, 1);
  bar(0);
  bar(1);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual({ kind: "played", meter: [4, 4], strokes: [] });
});
