import { expect, test } from "vitest";
import { Newest } from "./latestOnly";

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test("one question at a time, and of those that wait only the newest", async () => {
  const asked: number[] = [];
  const answers: number[] = [];
  const open: (() => void)[] = [];
  const newest = new Newest<number, number>(
    (question) => new Promise((resolve) => (asked.push(question), open.push(() => resolve(question * 10)))),
    (_, answer) => answers.push(answer),
    () => undefined,
  );
  for (const question of [1, 2, 3]) newest.send(question);
  expect(asked).toEqual([1]);
  open[0]!();
  await turns();
  expect([asked, answers]).toEqual([[1, 3], [10]]);
  newest.send(4);
  newest.drop();
  open[1]!();
  await turns();
  expect([asked, answers]).toEqual([[1, 3], [10, 30]]);
});

test("a failure is told, and the next question is asked", async () => {
  const failures: unknown[] = [];
  const answers: string[] = [];
  const newest = new Newest<string, string>(
    (question) => (question === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(question)),
    (_, answer) => answers.push(answer),
    (question) => failures.push(question),
  );
  newest.send("bad");
  newest.send("good");
  await turns();
  expect([failures, answers]).toEqual([["bad"], ["good"]]);
});
