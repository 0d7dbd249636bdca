/** For the stage: the map, eight pads, the scenes, and nothing else; in the whole screen where the browser allows it. */

import { useEffect } from "preact/hooks";
import { titled } from "../rules/summary";
import { clamp } from "../rules/units";
import { type Page, usePage } from "./page";

/** The keys of the pads by their place on the keyboard: Q W E R above A S D F. */
export const PAD_CODES: readonly string[] = ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyA", "KeyS", "KeyD", "KeyF"];
const SOFTEST = 0.25; // velocity at the lower edge of a pad; at the upper edge it is 1

export function PerformButton() {
  const page = usePage();
  const performing = page.store.performing.value;
  return (
    <button type="button" class="quiet perform" onClick={() => (performing ? leave(page) : enter(page))}>
      {performing ? "Leave" : "Perform"}
    </button>
  );
}

function enter({ store }: Page): void {
  store.performing.value = true;
  store.drawer.value = null;
  store.sounds.opened.value = null;
  void document.documentElement.requestFullscreen?.().catch(() => undefined); // the view is there without it too
}

export function leave({ store }: Page): void {
  store.performing.value = false;
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
}

/** How hard a pad is struck where it was touched. */
export const velocityAt = (fromTop: number, height: number): number => clamp(1 - (1 - SOFTEST) * (fromTop / height), SOFTEST, 1);

export function Pads() {
  const page = usePage();
  const { store, player } = page;
  useEffect(() => {
    const left = () => {
      if (!document.fullscreenElement) store.performing.value = false;
    };
    document.addEventListener("fullscreenchange", left);
    return () => document.removeEventListener("fullscreenchange", left);
  }, []);
  return (
    <section id="voices" class="pads" aria-label="Pads" tabIndex={-1}>
      {store.voices.value.map((voice, index) => (
        <button
          key={voice.name}
          type="button"
          class={`pad ink-${index}`}
          aria-keyshortcuts={PAD_CODES[index]!.slice(3)}
          onPointerDown={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            void player.strike(index, velocityAt(event.clientY - box.top, box.height), event.timeStamp);
          }}
          onClick={(event) => {
            if (event.detail === 0) void player.strike(index); // by Enter or Space
          }}
        >
          {titled(voice.name)}
          <kbd>{PAD_CODES[index]!.slice(3)}</kbd>
        </button>
      ))}
    </section>
  );
}
