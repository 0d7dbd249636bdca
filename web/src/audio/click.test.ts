import { expect, test } from "vitest";
import { scoreOf } from "../../tests/givenBars";
import { Click } from "./click";

test("it clicks at the steps that are wanted, at their time, and accents the bar line", () => {
  const { planned } = scoreOf([{ meter: [4, 4], strokes: [] }]).bar(0);
  const clicks: [number, boolean][] = [];
  const click = new Click({ click: (time, accented) => clicks.push([time, accented]) }, (step) => step % 16 === 0);
  for (const step of [0, 1, 16, 63]) click.step({ step, time: 10 + step, seconds: 0.03, planned });
  click.strike();
  expect(clicks).toEqual([
    [10, true],
    [26, false],
  ]);
});
