/** What a player can do with a voice's lane and with what moves by itself. Each is one step of undo, heard at the next step. */

import { describeControl, plainOf, stepLane, withLane } from "../rules/laneChanges";
import type { LaneControl } from "../rules/laneWords";
import { isStill, MAX_MOVEMENTS, movedBy, type Moved, movementWords, withMovement } from "../rules/movement";
import type { Lane } from "../rules/project";
import { titled } from "../rules/summary";
import type { Store } from "./store";

export class LaneActions {
  constructor(private readonly store: Store) {}

  private name(voice: number): string {
    return this.store.voices.value[voice]?.name ?? `voice ${voice + 1}`;
  }

  /** A slider of the lane; changes with one label in quick succession are one step of undo. */
  change(voice: number, label: string, changes: Partial<Lane>): void {
    this.store.atOnce.value = true;
    this.store.changeScene(`${this.name(voice)}, ${label}`, withLane(this.store.scene.value, voice, changes));
  }

  /** So many small steps of one control, by key or drag; the live region says where it is now. */
  step(voice: number, control: LaneControl, by: number): void {
    const { scene, arrangedBar } = this.store;
    const { swing, steps } = arrangedBar.value.planned;
    this.change(voice, control, stepLane(scene.value.lanes[voice]!, control, by, { swing, steps }));
    this.say(voice, control);
  }

  /** One control as it is in a plain lane. */
  reset(voice: number, control: LaneControl): void {
    this.change(voice, control, plainOf(control));
    this.say(voice, control);
    this.store.settle();
  }

  private say(voice: number, control: LaneControl): void {
    this.store.spoken.value = `${titled(this.name(voice))}: ${describeControl(this.store.scene.value.lanes[voice]!, control)}`;
  }

  /** What moves a parameter from now on; nothing of it: it stays where it is. */
  move(parameter: string, moved: Moved): void {
    const { store } = this;
    const scene = withMovement(store.scene.value, parameter, moved);
    if (scene.modulations.length > MAX_MOVEMENTS || scene.automations.length > MAX_MOVEMENTS)
      return store.reportError(new Error(`${MAX_MOVEMENTS} things can move in a scene, and ${MAX_MOVEMENTS} do: let another one stand still first.`));
    store.atOnce.value = true;
    store.changeScene(`${parameter} moves`, scene);
  }

  /** It stands still. */
  still(parameter: string): void {
    if (isStill(movedBy(this.store.scene.value, parameter))) return;
    this.store.settle(); // a step of undo of its own
    this.move(parameter, { waves: [], drawn: null });
    this.store.settle();
  }

  /** The same, said to those who listen. */
  sayMovement(parameter: string): void {
    const moved = movedBy(this.store.scene.value, parameter);
    this.store.spoken.value = isStill(moved) ? "stands still" : movementWords(moved);
  }
}
