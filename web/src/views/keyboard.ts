/** Keys that work anywhere on the page. The grid and the map have keys of their own and keep those to themselves. */

import { PINS } from "../rules/scene";
import { TAP_VELOCITY } from "../rules/taps";
import { needsServer } from "./NeedsServer";
import type { Page } from "./page";
import { leave, PAD_CODES } from "./Perform";
import { STYLE_FIELD } from "./StyleList";

const KEY_VELOCITY = 0.8; // of a pad; with Shift it is struck as hard as can be

const OF_SERVER: Readonly<Record<string, string>> = { h: "Humanise", f: "Fill in the rest", j: "Tap a rhythm" };

/** Fields in which letters and digits belong to the text. */
const takesText = (element: Element): boolean =>
  element.matches("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");

/** Letters and signs; digits are scenes. */
function commandOf(event: KeyboardEvent, { store, actions, barActions, soundActions, player }: Page): (() => void) | null {
  const key = event.key.toLowerCase();
  if (store.withoutServer.value && OF_SERVER[key]) return () => store.notify(needsServer(OF_SERVER[key]!));
  switch (key) {
    case "a":
    case "b":
    case "c":
    case "d":
      return () => actions.setPin(PINS.find((pin) => pin.toLowerCase() === key)!, store.shownPoint.value);
    case "p":
      return () => (store.paths.mode.value = store.paths.mode.value === "draw" ? "play" : "draw");
    case "t":
      return () => (store.scene.value.path ? actions.travel(!store.scene.value.path.travelling) : store.notify("Draw a path first, or set pin A and pin B."));
    case "h":
      return () => barActions.humaniseAgain();
    case "f":
      return () => void barActions.fillRest();
    case "j":
      return () => (store.bar.tapTo.value === null ? barActions.openTaps() : barActions.tap(event.timeStamp, TAP_VELOCITY));
    case "r":
      return () => actions.reroll();
    case "x":
      return store.instrument.value?.sound ? () => void soundActions.surprise().then(() => (store.playing.value ? undefined : player.play())) : null;
    case "[":
      return () => actions.visit(-1);
    case "]":
      return () => actions.visit(1);
    case "?":
      return () => (store.helping.value = true);
    default:
      return null;
  }
}

/** Launches a scene, with Shift keeps what is heard in it. */
function playScene(slot: number, keep: boolean, { store, scenes, player }: Page): void {
  if (keep) return scenes.keep(slot);
  scenes.launch(slot);
  if (store.project.value.scenes[slot] && !store.playing.value) void player.play();
}

export function listenToKeys(page: Page): void {
  const { store, actions, player } = page;
  // Space presses the button that has the focus, as everywhere; but a button that was only clicked does not keep it
  let focusedByPointer = false;
  addEventListener("pointerdown", () => (focusedByPointer = true), { capture: true });

  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Tab") focusedByPointer = false;
    if (store.helping.value || event.altKey) return;

    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "z" || takesText(target)) return;
      event.preventDefault();
      return event.shiftKey ? actions.redo() : actions.undo();
    }
    if (takesText(target)) return;
    if (event.key === " ") {
      if (target.matches("[data-cell]") || (target.matches("button, [type=checkbox]") && !focusedByPointer)) return;
      event.preventDefault();
      if (!event.repeat) void player.toggle();
      return;
    }
    if (store.performing.value && event.key === "Escape") return leave(page);
    const pad = store.performing.value ? PAD_CODES.indexOf(event.code) : -1;
    if (pad >= 0) return event.repeat ? undefined : void player.strike(pad, event.shiftKey ? 1 : KEY_VELOCITY, event.timeStamp);
    if (!store.shortcuts.value || event.repeat) return;
    if (event.key === "/") {
      event.preventDefault(); // the sign is no part of a name
      return document.getElementById(STYLE_FIELD)?.focus();
    }
    const digit = /^Digit([1-8])$/.exec(event.code)?.[1];
    if (digit) return playScene(Number(digit) - 1, event.shiftKey, page);
    commandOf(event, page)?.();
  });
  addEventListener("keyup", (event) => {
    // a click by Space would follow on key up
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === " " && focusedByPointer && target.matches("button:not([data-cell])")) event.preventDefault();
  });
}
