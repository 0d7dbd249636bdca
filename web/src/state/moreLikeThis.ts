/** More like this: bars that are like the bar in hand, or like what was tapped. */

import { signal } from "@preact/signals";
import { drummed, similarBars } from "../net/similar";
import { givenBar } from "../rules/bars";
import type { BarPattern, SimilarBars } from "../rules/protocol";
import type { Actions } from "./actions";
import type { BarActions } from "./barActions";
import type { Player } from "./player";
import type { Store } from "./store";

export interface Search {
  readonly what: "this bar" | "what you tapped";
  readonly answer: SimilarBars | null; // null: it is being looked for
}

export const search = signal<Search | null>(null);

interface Playing {
  readonly store: Store;
  readonly actions: Actions;
  readonly player: Pick<Player, "play">;
}

async function find({ store }: Pick<Playing, "store">, what: Search["what"], bar: () => Promise<BarPattern>): Promise<SimilarBars | null> {
  search.value = { what, answer: null };
  try {
    const answer = await similarBars(await bar());
    search.value = { what, answer };
    return answer;
  } catch (error) {
    search.value = null;
    store.reportError(error);
    return null;
  }
}

export const findLikeThis = (page: Pick<Playing, "store">): Promise<SimilarBars | null> => find(page, "this bar", async () => page.store.shown.value);

/** Drums for what was tapped, their place on the map, and the bars that are like them. */
export async function findTapped(page: Playing & { readonly barActions: BarActions }): Promise<void> {
  const { store, barActions } = page;
  const taps = barActions.folded;
  if (taps.length === 0) return store.notify("Tap a rhythm first.");
  store.drawer.value = "About this bar";
  const { style, section, meter } = store.settings.value;
  const answer = await find(page, "what you tapped", () => drummed({ taps, style, section, meter, seed: 0 }));
  if (answer) goToPlace(page, answer);
}

export function goToPlace({ actions, player, store }: Playing, { point }: SimilarBars): void {
  actions.goTo(point);
  actions.settle();
  if (!store.playing.value) void player.play();
}

/** Play a bar that was found, at its place. */
export function playFound({ actions, player, store }: Playing, { pattern, source, bar, point }: SimilarBars["found"][number]): void {
  const name = `${source}, bar ${bar}`;
  const settings = { ...store.scene.value.settings, meter: pattern.meter };
  actions.leaveFor(name, { settings, bars: [givenBar(pattern, name, point)], fill: null });
  if (!store.playing.value) void player.play();
}
