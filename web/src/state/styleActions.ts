/** Choosing a style: a place to go to, and what is heard there. */

import { canonicalJson } from "../rules/project";
import { inStyle, type StyleOptions, whyNoBlend } from "../rules/styleHome";
import type { Actions } from "./actions";
import type { Player } from "./player";
import type { Store } from "./store";

export class StyleActions {
  constructor(
    private readonly store: Store,
    private readonly actions: Pick<Actions, "settle">,
    private readonly player: Pick<Player, "play">,
  ) {}

  /** Goes to the home of a style, in its meter and at its usual tempo, and plays; one undo brings all back. Call it in a gesture. */
  goToStyle(name: string, options: StyleOptions = {}): void {
    const { store } = this;
    const scene = store.scene.value;
    const space = store.instrument.value?.space;
    if (!space) return;
    const refusal = options.blend ? whyNoBlend(scene, name) : null;
    if (refusal !== null) return store.notify(refusal);
    store.settle();
    store.atOnce.value = false;
    store.playsSong.value = false;
    const there = inStyle(scene, name, space, options);
    const label = options.blend && scene.settings.style !== null ? `blend with ${name}` : name;
    if (canonicalJson(there) !== canonicalJson(scene)) store.changeScene(label, there);
    this.actions.settle();
    if (!store.playing.value) void this.player.play();
  }
}
