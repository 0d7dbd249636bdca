/** A project as it is played live: bar after bar, each arranged when it is due, through the same rules as a performance. */

import { audibleVoices, barsToDecode, type BarSource, type DecodedBars, type LaneStroke, sourceOf, struckBar, type Tone, toneOf } from "./arrange";
import { barKey } from "./bars";
import { VOICE_SLUGS } from "./parameters";
import { Walks } from "./modulation";
import { EMPTY_BAR } from "./pattern";
import { Plan, type PlannedBar, playedAs } from "./plan";
import type { BarPattern, KitVoice, Project, Scene } from "./project";
import { strokePosition } from "./sequencer";
import type { BarTempo } from "./tempo";

const MOVING_MIX = ["level", "pan", "cutoff", "send"] as const;

/** A stroke of a bar, before its tempo and its swing. */
export interface LiveStroke {
  readonly voice: number;
  readonly velocity: number; // in (0, 1]
  readonly step: number; // of the bar, from which it is queued
  readonly at: number; // step of the bar, any fraction: a ratchet lies between steps
  readonly offset: number; // steps
  readonly swing: number | null; // of its lane; null: that of the bar
  readonly nudge: number; // seconds
  readonly level: number | null; // linear; null: as the mix has it
  readonly pan: number; // -1 to 1, where there is a level
  readonly sound: KitVoice | null; // null: the kit's
  readonly tone: Tone | null; // null, with the level: as the mix has it
  readonly otherMix: boolean; // of another scene of a song: mute and solo of the present one do not touch it
  readonly source: BarSource; // the bar it is as loud as
}

/** One bar, as it is played. */
export interface ArrangedBar {
  readonly planned: PlannedBar;
  readonly pattern: BarPattern; // before lanes and chance: what the grid shows
  readonly strokes: readonly LiveStroke[];
}

/** Bars that are played one after the other. */
export interface Bars {
  readonly travels: boolean; // along a path or through a song: it begins at its own first bar
  bar(index: number): ArrangedBar;
  /** Of a bar, without the work to arrange it. */
  tempo(index: number): BarTempo;
}

const MOST_KEPT = 128; // bars: music that plays for hours is forgotten as it goes

function keep<Value>(known: Map<number, Value>, index: number, value: Value): void {
  known.set(index, value);
  if (known.size > MOST_KEPT) known.delete(known.keys().next().value!);
}

/** Where a stroke sounds, in steps from its bar line, its nudge aside. */
export const positionOf = ({ at, offset, swing }: LiveStroke, ofTheBar: number): number => strokePosition(at, offset, swing ?? ofTheBar);

/** The bars of a project. Until a bar is decoded, the one before it is played again; before the first, there is silence. */
export class Score implements Bars {
  private readonly plan: Plan;
  private readonly planning = new Map<number, PlannedBar>();
  private readonly arranged = new Map<number, ArrangedBar>();
  private latest: ArrangedBar | null = null; // that was decoded when it was due

  /** `mixed` is the scene whose mix and kit the mixer has: strokes of any other bring their own. Scores of one project after the other share their `walks`. */
  constructor(
    readonly project: Project,
    private readonly decoded: DecodedBars,
    private readonly mixed: Scene = project.scene,
    walks = new Walks(),
  ) {
    this.plan = new Plan(project, walks);
  }

  get travels(): boolean {
    return this.project.song.length > 0 || this.project.scene.path?.travelling === true;
  }

  planned(index: number): PlannedBar {
    const planned = this.planning.get(index) ?? this.plan.bar(playedAs(this.project, index));
    keep(this.planning, index, planned);
    return planned;
  }

  tempo(index: number): BarTempo {
    return this.planned(index).tempo;
  }

  /** Is all of this bar decoded? */
  isDecoded(index: number): boolean {
    return barsToDecode(this.planned(index)).every((bar) => this.decoded.get(barKey(bar)));
  }

  bar(index: number): ArrangedBar {
    const known = this.arranged.get(index);
    if (known) return known;
    const planned = this.planned(index);
    if (!this.isDecoded(index)) return this.standIn(planned);
    const { pattern, rows } = struckBar(planned, this.decoded, this.project.seed);
    const source = sourceOf(planned, pattern);
    const strokes = rows.flatMap((row, voice) => row.map((stroke) => this.liveStroke(planned, voice, stroke, source)));
    const heard = planned.mix === this.mixed.mix ? null : audibleVoices(planned.mix); // else the mixer mutes, at once
    const bar = { planned, pattern, strokes: heard ? strokes.filter(({ voice }) => heard[voice]) : strokes };
    keep(this.arranged, index, bar);
    this.latest = bar;
    return bar;
  }

  private standIn(planned: PlannedBar): ArrangedBar {
    const { latest } = this;
    if (latest && String(latest.planned.meter) === String(planned.meter)) return { ...latest, planned };
    return { planned, pattern: { ...EMPTY_BAR, meter: planned.meter }, strokes: [] };
  }

  private liveStroke(planned: PlannedBar, voice: number, { step, velocity, offset, cell }: LaneStroke, source: BarSource): LiveStroke {
    const scene = this.mixed;
    const [name, mix, lane, sound] = [VOICE_SLUGS[voice]!, planned.mix[voice]!, planned.lanes[voice]!, planned.voices[voice]!];
    const mixed = mix === scene.mix[voice] && planned.roomLevel === scene.room.level && !MOVING_MIX.some((each) => planned.moves(`${name}.${each}`));
    return {
      voice,
      velocity,
      step: cell,
      at: step,
      offset,
      swing: planned.moves(`${name}.swing`) ? planned.value(`${name}.swing`, lane.swing ?? planned.swing, 0) : lane.swing,
      nudge: planned.value(`${name}.nudge`, lane.nudge_ms, cell) / 1000,
      level: mixed ? null : planned.value(`${name}.level`, mix.level, cell),
      pan: mixed ? 0 : planned.value(`${name}.pan`, mix.pan, cell),
      sound: sound === scene.kit.voices[voice] ? null : sound,
      tone: mixed ? null : toneOf(planned, voice, cell),
      source,
      otherMix: planned.mix !== scene.mix,
    };
  }
}
