import { expect, test } from "vitest";
import { PAGE_ACTIONS } from "./liveLink";
import { pageActsOf } from "./pageActs";
import { Store } from "./store";

/** Parts of a page that note what is called, and how. */
function noting() {
  const called: unknown[][] = [];
  const part = (name: string, more: object = {}) =>
    new Proxy(more, { get: (own, method) => Reflect.get(own, method) ?? ((...given: unknown[]) => void called.push([`${name}.${String(method)}`, ...given])) });
  const store = new Store();
  const names = ["player", "actions", "barActions", "soundActions", "paths", "keeping", "kept", "decoding", "sounds"];
  const parts = Object.fromEntries(names.map((name) => [name, part(name)]));
  const acts = pageActsOf({ ...parts, store, recording: part("recording", { state: { value: "waits" } }) } as never);
  return { acts, called, store };
}

test("what a page alone can do is done by its parts", async () => {
  const { acts, called, store } = noting();
  store.kept.kits.value = [{ id: 7, name: "dusty" }] as never;
  acts.surprise(0);
  acts.complete(0);
  acts.feel(0, 0.6);
  acts["drums for taps"](0);
  acts["keep bars"](0, 4);
  acts.record(0);
  acts["export bars"](0, "wav", 2);
  acts["kept kit"](0, "dusty");
  acts["random sound"](3);
  acts.orbit(0, 0.5);
  await Promise.resolve();
  await Promise.resolve();
  expect(called.toSorted()).toEqual(
    [
      ["soundActions.surprise"],
      ["barActions.fillRest"],
      ["barActions.humaniseBy", 0.6],
      ["barActions.drumsForTaps"],
      ["keeping.asSong", 4],
      ["recording.toggle"],
      ["player.play"],
      ["keeping.asWav", 2, "tail"],
      ["kept.load", 7],
      ["soundActions.randomise", 3],
      ["paths.orbit", 0.5],
    ].toSorted(),
  );
  expect(Object.keys(acts).toSorted()).toEqual([...PAGE_ACTIONS].toSorted());
});

test("a kit that is not there", async () => {
  const { acts, store } = noting();
  acts["kept kit"](0, "nose");
  await new Promise((done) => setTimeout(done));
  expect(store.notice.value?.text).toBe("There is no kept kit “nose”.");
});
