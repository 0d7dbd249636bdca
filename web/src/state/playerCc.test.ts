import { expect, test } from "vitest";
import { parsePlayerCc, playerCc, sendPlayerCc } from "./playerCc";
import { Together } from "./together";

test("each new value of the player's bar goes out once, while it is on", () => {
  const sent: number[][] = [];
  const together = new Together(() => {});
  sendPlayerCc(together, (...each) => sent.push(each));
  together.take({ kind: "said", values: { "/clave/player/density": [4] } });
  expect(sent).toEqual([]);
  playerCc.value = { on: true, numbers: [1, 2, 3, 4] };
  together.take({ kind: "said", values: { "/clave/player/map": [0, 3], "/clave/answer": ["vary"] } });
  together.take({ kind: "said", values: { "/clave/player/density": [8] } });
  expect(sent).toEqual([[1, 64], [2, 127], [3, 127]]); // prettier-ignore
});

test("settings that cannot be read are as at first", () => {
  for (const text of ["", "7", '{"on": true, "numbers": [1, 2]}', '{"numbers": [1, 2, 3, 128]}']) expect(parsePlayerCc(text).numbers).toEqual([20, 21, 22, 23]);
  expect(parsePlayerCc('{"on": true, "numbers": [1, 2, 3, 4]}')).toEqual({ on: true, numbers: [1, 2, 3, 4] });
});
