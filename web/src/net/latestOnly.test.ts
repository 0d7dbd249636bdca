import { expect, test } from "vitest";
import { LatestOnly } from "./latestOnly";

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test("one request at a time, and of those that wait only the latest", async () => {
  const sent: number[] = [];
  const answers: number[] = [];
  const open: (() => void)[] = [];
  const latestOnly = new LatestOnly<number, number>(
    (request) => new Promise((resolve) => (sent.push(request), open.push(() => resolve(request * 10)))),
    (_, answer) => answers.push(answer),
    () => undefined,
  );
  for (const request of [1, 2, 3]) latestOnly.send(request);
  expect(sent).toEqual([1]);
  open[0]!();
  await turns();
  expect([sent, answers]).toEqual([[1, 3], [10]]);
  latestOnly.send(4);
  latestOnly.drop();
  open[1]!();
  await turns();
  expect([sent, answers]).toEqual([[1, 3], [10, 30]]);
});

test("a failure is reported, and the next request is sent", async () => {
  const failures: unknown[] = [];
  const answers: string[] = [];
  const latestOnly = new LatestOnly<string, string>(
    (request) => (request === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(request)),
    (_, answer) => answers.push(answer),
    (request) => failures.push(request),
  );
  latestOnly.send("bad");
  latestOnly.send("good");
  await turns();
  expect([failures, answers]).toEqual([["bad"], ["good"]]);
});
