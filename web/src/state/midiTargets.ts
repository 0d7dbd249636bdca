/** What a MIDI controller can move, by the names of parameters, and what each does: positions from 0 to 1 of its range. */

import { type Heard, STRIKES } from "../midi/midiIn";
import { PARAMETERS, VOICE_SLUGS } from "../rules/parameters";
import { pointOf, tempoOf } from "../rules/scene";
import { clamp } from "../rules/units";
import type { Actions } from "./actions";
import type { Player } from "./player";
import type { SceneActions } from "./sceneActions";
import type { Store } from "./store";

interface Target {
  readonly label: string;
  readonly range: readonly [low: number, high: number];
  readonly get: () => number | null;
  readonly set: (value: number) => void;
}

const SETTLED_MS = 600; // after the last move of a control, it is one step of undo

export class MidiTargets {
  readonly targets: ReadonlyMap<string, Target>;
  private settling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    actions: Actions,
    private readonly player: Player,
    private readonly scenes: SceneActions,
    keepPlayed: () => void,
  ) {
    const ranged = (name: string, label: string, get: () => number | null, set: (value: number) => void): [string, Target] => {
      const [low, high] = PARAMETERS.get(name) ?? [0, 1];
      return [name, { label, range: [low, high], get, set }];
    };
    const scene = () => store.scene.peek();
    const across = (axis: 0 | 1) => (value: number) => {
      const [x, y] = pointOf(scene());
      actions.goTo(axis === 0 ? [value, y] : [x, value], true);
    };
    this.targets = new Map([
      ranged("map.x", "map, across", () => pointOf(scene())[0], across(0)),
      ranged("map.y", "map, up", () => pointOf(scene())[1], across(1)),
      ranged("variation", "variation", () => scene().settings.variation, (variation) => actions.changeSettings("variation", { variation })),
      ranged("swing", "swing", () => scene().swing, (swing) => actions.set("swing", { swing })),
      ranged("tempo", "tempo", () => tempoOf(scene()), (tempoBpm) => actions.set("tempo", { tempoBpm })),
      ranged("volume", "volume", () => store.project.peek().volume, (volume) => actions.set("volume", { volume })),
      ...VOICE_SLUGS.map((slug, voice) =>
        ranged(`${slug}.level`, `level of the ${slug.replaceAll("-", " ")}`, () => scene().mix[voice]!.level, (level) => actions.mixVoice("level", voice, { level })),
      ),
      ...VOICE_SLUGS.map((slug, voice) => ranged(`${slug}.pan`, `place of the ${slug.replaceAll("-", " ")}`, () => scene().mix[voice]!.pan, (pan) => actions.mixVoice("pan", voice, { pan }))),
      ...VOICE_SLUGS.map((slug, voice) => ranged(`${slug}.send`, `room of the ${slug.replaceAll("-", " ")}`, () => scene().mix[voice]!.send, (send) => actions.mixVoice("send", voice, { send }))),
      ...VOICE_SLUGS.map((slug, voice) => ranged(STRIKES[voice]!, `a pad for the ${slug.replaceAll("-", " ")}`, () => null, (value) => value > 0 && void player.strike(voice, value))),
      ranged("play", "play and stop", () => null, (value) => value > 0.5 && void player.toggle()),
      ranged("capture", "keep what I played", () => null, (value) => value > 0.5 && keepPlayed()),
    ]);
  }

  /** Where a target stands, from 0 to 1; null if there is no such target or it has no position. */
  readonly present = (name: string): number | null => {
    const target = this.targets.get(name);
    const value = target?.get() ?? null;
    if (!target || value === null) return null;
    const [low, high] = target.range;
    return clamp((value - low) / (high - low), 0, 1);
  };

  /** Do what came in means. */
  readonly play = (heard: Heard): void => {
    if (heard.kind === "struck") return void this.player.strike(heard.voice, heard.velocity);
    if (heard.kind === "launched") return this.scenes.launch(heard.scene);
    const target = this.targets.get(heard.target);
    if (!target) return;
    const [low, high] = target.range;
    target.set(low + heard.value * (high - low));
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.store.underHand.value = false;
      this.store.settle();
    }, SETTLED_MS);
  };
}
