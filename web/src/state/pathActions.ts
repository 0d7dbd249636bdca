/** What a player does with paths: draws them, takes a ready-made one, changes their points, goes between the anchors. */

import { withSound } from "../rules/kitChanges";
import { movedTo } from "../rules/voiceSound";
import { chance } from "../rules/chance";
import { counted } from "../rules/journey";
import { onMap } from "../rules/mapPoint";
import { blend, leadsSomewhere, movedBy, type NearestBars, orbit, ownPoints, placeOnPath, simplified, through, wander, withoutPoint, withPoint, withPointAfter } from "../rules/pathDrawing";
import type { Path, Scene } from "../rules/project";
import type { Point } from "../rules/protocol";
import { pinOf, PINS, withNewPath, withPath, withPin } from "../rules/scene";
import { MAX_SOUND_BARS, type SoundPath, soundPathOf, withoutSoundPath, withSoundPath } from "../rules/soundPath";
import { shareAt } from "../rules/travel";
import { clamp } from "../rules/units";
import type { Actions } from "./actions";
import { randomSeed } from "./randomSeed";
import type { Store } from "./store";

export const MAX_PATH_BARS = 1024;
const NEW_SOUND_PATH: Pick<SoundPath, "bars" | "way"> = { bars: 8, way: "loop" };
const WANDER_BARS_A_POINT = 1; // so that it goes as far in a bar, however long it is
const NEAR_BARS = 12; // of the corpus, whose middle a wandering path turns back to
const AROUND = 0.5; // map units from a point to the anchors that are set around it

export class PathActions {
  private grabbed: { readonly bar: number; readonly index: number } | null = null; // the bead in the hand, and its point

  constructor(
    private readonly store: Store,
    private readonly actions: Actions,
  ) {}

  private get scene(): Scene {
    return this.store.scene.value;
  }

  // ---- new paths

  /** A line drawn by hand, simplified by this tolerance (map units), becomes the path; a line that leads nowhere is refused in words. */
  draw(line: readonly Point[], tolerance: number): boolean {
    const points = simplified(line.map(onMap), tolerance);
    if (points.length < 2 || !leadsSomewhere(points, tolerance)) {
      const text = "A path has two points or more: draw on from here.";
      this.store.paths.said.value = { point: line[0] ?? [0, 0], text };
      this.store.spoken.value = text;
      return false;
    }
    this.go("draw a path", points, { curve: "smooth" });
    return true;
  }

  /** Round the present point. */
  orbit(radius: number): void {
    const { bars } = this.kind;
    this.go("orbit", orbit(this.store.shownPoint.value, radius, bars), { curve: "smooth", way: "loop" });
  }

  /** A random walk from the present point that stays where the bars are. */
  wander(seed = randomSeed()): void {
    const { bars } = this.kind;
    const points = clamp(Math.ceil(bars / WANDER_BARS_A_POINT), 4, 256);
    let drawn = 0;
    this.go("wander", wander(this.store.shownPoint.value, points, this.nearestBars, () => chance(seed, drawn++)), { curve: "smooth" });
  }

  /** A walk like a drummer's: a bar of the map at each of its points. */
  wanderLike(points: readonly Point[], stops: readonly number[]): void {
    this.go("wander like a drummer", points, { between: "map", bars: points.length, stops });
  }

  /** Through the anchors, in their order. */
  throughAnchors(): void {
    if (this.scene.anchors.length < 2) return this.store.notify("Set two of the places A to D first.");
    this.go("path through the anchors", [], {});
  }

  private readonly nearestBars: NearestBars = (point) => {
    const { nearby, corpus } = this.store;
    const near = nearby.value?.nearest(point, NEAR_BARS) ?? [];
    if (near.length === 0 || !corpus.value) return { centre: point, distance: 0 };
    const mean = (column: readonly number[]) => near.reduce((sum, { index }) => sum + column[index]!, 0) / near.length;
    return { centre: [mean(corpus.value.x), mean(corpus.value.y)], distance: near.reduce((sum, { distance }) => sum + distance, 0) / near.length };
  };

  private get kind(): Pick<Path, "bars" | "way"> {
    const { bars, way } = this.scene.path ?? this.store.newJourney.value;
    return { bars, way };
  }

  private go(label: string, points: readonly Point[], changes: Partial<Path>): void {
    const { store } = this;
    const stops = this.scene.path?.stops ? [] : null; // even change stays on
    store.settle();
    store.paths.said.value = null;
    store.atOnce.value = false;
    store.changeScene(label, withNewPath(this.scene, points, { ...this.kind, stops, ...changes }));
    this.actions.travel(true); // a song is left
    const { bars } = this.scene.path!;
    store.spoken.value = `${label}: ${counted(bars, "bar")}, ${points.length > 0 ? counted(points.length, "point") : "through the anchors"}`;
  }

  // ---- how it is travelled

  /** Any of these at once; `label` makes changes of one kind one step of undo. */
  change(label: string, changes: Partial<Pick<Path, "bars" | "way" | "smoothing" | "curve" | "quantum" | "between">>): void {
    const { bars, way, ...others } = changes;
    const kind = { ...(bars === undefined ? {} : { bars: clamp(Math.round(bars), 1, MAX_PATH_BARS) }), ...(way === undefined ? {} : { way }) };
    this.store.newJourney.value = { ...this.store.newJourney.value, ...kind };
    this.store.changeScene(label, withPath(this.scene, { ...others, ...kind }));
  }

  /** Bars are placed so that what one hears changes evenly, with at most so many strokes a bar. */
  even(on: boolean, most = this.store.paths.most.value): void {
    if (!this.scene.path) return;
    this.store.paths.most.value = most;
    this.store.changeScene("even change", withPath(this.scene, { stops: on ? [] : null }));
    this.store.settle();
    this.store.spoken.value = on ? "even change" : "even spacing";
  }

  remove(): void {
    this.store.paths.mode.value = "play";
    this.store.changeScene("remove the path", { ...this.scene, path: null });
    this.store.settle();
    this.store.spoken.value = "path removed";
  }

  // ---- its points

  /** The point at the bead of this bar: one that is there, or a new one from its first movement on. */
  private pointOfBead(bar: number, reach: number): { readonly points: Point[]; readonly index: number } {
    const points = ownPoints(this.scene);
    if (this.grabbed?.bar === bar && this.grabbed.index < points.length) return { points, index: this.grabbed.index };
    const share = shareAt({ ...this.scene.path!, way: "once" }, bar);
    const { at, after } = placeOnPath(this.scene, share, reach);
    if (at !== null) return { points, index: at };
    return { points: withPointAfter(points, after, [0, 0]), index: after + 1 };
  }

  /** Moves the bead of a bar, and the path with it; `reach` (map units) is how near a point of the path is the bead's own. */
  moveBead(bar: number, to: Point, reach: number): void {
    if (!this.scene.path) return;
    const { points, index } = this.pointOfBead(bar, reach);
    this.grabbed = { bar, index };
    this.setPoints("move a bead", withPoint(points, index, to));
  }

  /** The hand lets go: the next movement is a change of its own. */
  release(): void {
    this.grabbed = null;
    this.store.settle();
  }

  movePoint(index: number, to: Point): void {
    this.setPoints("move a point of the path", withPoint(ownPoints(this.scene), index, to));
  }

  /** A new point half-way to the next one, or to the one before the last. */
  insertAfter(index: number): void {
    const points = ownPoints(this.scene);
    const after = Math.min(index, points.length - 2);
    const [[ax, ay], [bx, by]] = [points[after]!, points[after + 1]!];
    this.setPoints("insert a point", withPointAfter(points, after, [(ax + bx) / 2, (ay + by) / 2]));
    this.release();
  }

  removePoint(index: number): void {
    const points = ownPoints(this.scene);
    if (points.length <= 2) return this.store.notify("A path has two points or more: these two stay.");
    this.setPoints("delete a point", withoutPoint(points, index));
    this.release();
  }

  /** Deletes the point at the bead of this bar, if there is one. */
  removeBead(bar: number, reach: number): void {
    const { at } = placeOnPath(this.scene, shareAt({ ...this.scene.path!, way: "once" }, bar), reach);
    if (at === null) return this.store.notify("No point of the path is at this bar: move it to make one.");
    this.removePoint(at);
  }

  moveAll(by: Point): void {
    this.setPoints("move the path", movedBy(ownPoints(this.scene), by));
  }

  private setPoints(label: string, points: readonly Point[]): void {
    const { path } = this.scene;
    if (path) this.store.changeScene(label, { ...this.scene, path: through(path, points) });
  }

  // ---- paths of sounds

  /** A line over a voice's sound map: its sound moves along it. */
  drawSound(voice: number, line: readonly Point[], tolerance: number): boolean {
    const sound = this.scene.kit.voices[voice]!;
    const points = simplified(line.map(onMap), tolerance);
    const refused = sound.locked ? "This sound is held: release it first." : !leadsSomewhere(points, tolerance) ? "A path has two points or more: draw on from there." : null;
    if (refused) {
      this.store.notify(refused);
      return false;
    }
    const { bars, way } = soundPathOf(this.scene, voice) ?? NEW_SOUND_PATH;
    this.setSound("path of a sound", withSoundPath(withSound(this.scene, voice, movedTo(sound, points[0]!)), voice, points, bars, way));
    return true;
  }

  changeSound(voice: number, changes: Partial<Pick<SoundPath, "bars" | "way">>): void {
    const path = soundPathOf(this.scene, voice);
    if (!path) return;
    const { points, bars, way } = { ...path, ...changes };
    this.setSound("path of a sound", withSoundPath(this.scene, voice, points, clamp(Math.round(bars), 1, MAX_SOUND_BARS), way));
  }

  removeSound(voice: number): void {
    this.setSound("sound stays", withoutSoundPath(this.scene, voice));
  }

  private setSound(label: string, scene: Scene): void {
    this.store.atOnce.value = false;
    this.store.changeScene(label, scene);
    this.store.settle();
  }

  // ---- between the anchors

  /** The four corners of the morph pad; null until all are set. */
  get corners(): readonly [Point, Point, Point, Point] | null {
    const [a, b, c, d] = PINS.map((pin) => pinOf(this.scene, pin));
    return a && b && c && d ? [a, b, c, d] : null;
  }

  /** Play what lies there between the four. */
  morph([u, v]: Point): void {
    const { corners } = this;
    if (!corners) return;
    const at: Point = [clamp(u, 0, 1), clamp(v, 0, 1)];
    this.store.paths.morph.value = at;
    this.actions.goTo(blend(corners, at), true);
  }

  /** The anchors that are missing, around the present point. */
  anchorsAround(): void {
    const [x, y] = this.store.shownPoint.value;
    const places: readonly Point[] = [[-1, 1], [1, 1], [-1, -1], [1, -1]]; // prettier-ignore
    let { scene } = this;
    const { path } = scene;
    PINS.forEach((pin, corner) => {
      const [dx, dy] = places[corner]!;
      if (!pinOf(scene, pin)) scene = withPin(scene, pin, onMap([x + AROUND * dx, y + AROUND * dy]), this.store.newJourney.value);
    });
    this.store.changeScene("anchors around here", { ...scene, path: path ?? scene.path });
    this.store.settle();
  }
}
