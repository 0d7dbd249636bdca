import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { ServerError } from "../net/api";
import { watchConnection } from "./connection";
import { NOT_CONNECTED } from "./liveState";
import { ServerWatch } from "./serverWatch";
import { Store } from "./store";

/** A connection, and a server that is there or not. */
function watched(isThere: () => boolean) {
  const store = new Store();
  const timers: (() => void)[] = [];
  const state = signal(NOT_CONNECTED);
  let tries = 0;
  const server = new ServerWatch(store, undefined, (_, call) => (timers.push(call), () => {}));
  const ask = () => (isThere() ? Promise.resolve() : Promise.reject(new ServerError("the server does not answer")));
  watchConnection({ state, reconnect: () => void tries++ }, server, ask);
  const connect = (connected: boolean) => (state.value = { ...NOT_CONNECTED, connected });
  return { store, timers, connect, tries: () => tries };
}

const told = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a server that is restarted is missed, and the word for it goes when the connection is back", async () => {
  const { store, timers, connect, tries } = watched(() => false);
  await told();
  expect(store.away.value).toEqual([]); // it was not connected yet
  connect(true);
  connect(false);
  await told();
  expect(store.away.value).toEqual(["its connection"]);
  timers.at(-1)!();
  expect(tries()).toBe(1);
  connect(true);
  expect(store.away.value).toEqual([]);
});

test("a connection alone that is lost is made again without a word", async () => {
  const { store, connect } = watched(() => true);
  connect(true);
  connect(false);
  await told();
  expect(store.away.value).toEqual([]);
});

test("a connection that is back before the question was answered is not missed", async () => {
  const { store, connect } = watched(() => false);
  connect(true);
  connect(false);
  connect(true);
  await told();
  expect(store.away.value).toEqual([]);
});
