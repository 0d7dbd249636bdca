/** Below the stage: the scenes, and the ways to what is one step away. */

import { useRef } from "preact/hooks";
import { describeNearest } from "../rules/summary";
import type { Drawer } from "../state/store";
import { DrawerButton } from "./Drawer";
import { usePanels } from "./latePanels";
import { usePage } from "./page";
import { useRoving } from "./roving";
import { SceneTiles } from "./SceneTiles";
import { useSettled } from "./settled";

const NEAR_FOLLOWS_MS = 200; // what is nearest, in a drag

const WAYS: readonly (readonly [Drawer, string])[] = [
  ["Path", "Path"],
  ["Shape", "Shape"],
  ["About this bar", "About this bar"],
  ["Style", "In this style, stay here"],
  ["Your material", "Your material"],
];

export function Footer() {
  const { store } = usePage();
  const panels = usePanels();
  const corpus = store.corpus.value;
  const point = useSettled(store.shownPoint, NEAR_FOLLOWS_MS);
  const near = store.nearby.value?.nearest(point, 1)[0];
  const ways = useRef<HTMLParagraphElement>(null);
  const roving = useRoving(ways);
  return (
    <footer class="footer">
      <div class="scenes-and-song">
        <SceneTiles />
        {panels && <panels.SongStrip />}
      </div>
      <div class="ways">
        <p ref={ways} role="toolbar" aria-label="One step away" {...roving}>
          {WAYS.map(([drawer, words]) => (
            <DrawerButton key={drawer} drawer={drawer}>
              {words}
            </DrawerButton>
          ))}
        </p>
        <p class="near">{corpus && near && describeNearest(corpus, near)}</p>
      </div>
    </footer>
  );
}
