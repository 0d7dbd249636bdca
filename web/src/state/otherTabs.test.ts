import { beforeEach, expect, test } from "vitest";
import { type Channel, type Locks, OtherTabs } from "./otherTabs";
import { Store } from "./store";

/** Locks as a browser has them: each is held by one at a time, the others wait for it. */
class ToyLocks implements Locks {
  private readonly held = new Map<string, Promise<unknown>>();

  request(name: string, held: () => Promise<void>): Promise<unknown> {
    const mine = (this.held.get(name) ?? Promise.resolve()).then(held);
    this.held.set(name, mine);
    return mine;
  }
}

let channels: Channel[];
let locks: ToyLocks;

beforeEach(() => {
  channels = [];
  locks = new ToyLocks();
});

function tab(name: string): { store: Store; tabs: OtherTabs } {
  const store = new Store();
  const channel: Channel = {
    onmessage: null,
    postMessage: (message) => channels.forEach((each) => each !== channel && each.onmessage?.({ data: message } as MessageEvent)),
  };
  channels.push(channel);
  return { store, tabs: new OtherTabs(store, () => (store.playing.value = false), channel, locks, name) };
}

const settled = () => new Promise((done) => setTimeout(done));
const told = (...tabs: { store: Store }[]) => tabs.map(({ store }) => store.playsElsewhere.value);

test("a tab that opens, and one that is open, are told that another plays, and that it has stopped", async () => {
  const [one, two] = [tab("one"), tab("two")];
  one.store.playing.value = true;
  await settled();
  const three = tab("three");
  await settled();
  expect(told(one, two, three)).toEqual([false, true, true]);
  one.store.playing.value = false;
  await settled();
  expect(told(one, two, three)).toEqual([false, false, false]);
});

test("play here stops the others", async () => {
  const [one, two] = [tab("one"), tab("two")];
  one.store.playing.value = true;
  two.store.playing.value = true;
  await settled();
  expect(told(one, two)).toEqual([true, true]); // two may play at once, and both are told
  two.tabs.playHere();
  await settled();
  expect([one.store.playing.value, two.store.playing.value, ...told(one, two)]).toEqual([false, true, true, false]);
});

test("who stops and plays again is told once more", async () => {
  const [one, two] = [tab("one"), tab("two")];
  for (let n = 0; n < 3; n++) {
    one.store.playing.value = true;
    await settled();
    expect(told(two)).toEqual([true]);
    one.store.playing.value = false;
    await settled();
    expect(told(two)).toEqual([false]);
  }
});
