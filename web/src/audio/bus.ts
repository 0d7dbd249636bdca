/** What the sum of all voices goes through: drive, glue, volume, limiter. The twin of `clave/play/bus.py`, which has the formulas, in native nodes: nothing is late, and nothing has to load. */

import type { Bus as BusSettings } from "../rules/project";
import { smoother } from "../rules/biquad";

const DRIVE = 4;
const DRIVE_TRACE = 0.05;
const DRIVE_LEVEL = 0.35;
const GLUE = 0.375;
const GLUE_SECONDS = 0.02;
const GLUE_THRESHOLD = 0.02;
const GLUE_USUAL = 0.05;
const LIMIT_SECONDS = 0.004;
const LIMIT_THRESHOLD = 0.3;
const KNEE = 0.36;
export const CEILING = 0.56;
const USUAL_VOLUME = 0.8;

const HALF_CURVE = 16384; // points of a curve on either side of 0
const DRIVE_RANGE = 8; // of what the tanh is taken of
const POWER_RANGE = 8; // louder is levelled as this
const CLIP_RANGE = 8;

const glueAt = (power: number): number => ((1 + power / GLUE_THRESHOLD) / (1 + GLUE_USUAL / GLUE_THRESHOLD)) ** -GLUE;
const limitAt = (power: number): number => (1 + (power / LIMIT_THRESHOLD) ** 2) ** -0.25;

/** The sample below the knee, bent like tanh above it. */
export function bend(sample: number): number {
  const size = Math.abs(sample);
  const room = CEILING - KNEE;
  return size <= KNEE ? sample : Math.sign(sample) * (KNEE + room * Math.tanh((size - KNEE) / room));
}

/** A function of samples in [-range, range], straight between points of a curve. */
function shaper(context: BaseAudioContext, range: number, rule: (sample: number) => number): { readonly input: GainNode; readonly output: WaveShaperNode } {
  const output = context.createWaveShaper();
  output.curve = Float32Array.from({ length: 2 * HALF_CURVE + 1 }, (_, n) => rule((n / HALF_CURVE - 1) * range));
  const input = gainOf(context, 1 / range);
  input.connect(output);
  return { input, output };
}

function gainOf(context: BaseAudioContext, value: number): GainNode {
  const node = context.createGain();
  node.gain.value = value;
  return node;
}

/** Into `amount` goes what the power of both sides, smoothed, makes of the gain, beside what it is in silence. */
function follow(context: BaseAudioContext, sound: AudioNode, seconds: number, rule: (power: number) => number): AudioNode {
  const sides = context.createChannelSplitter(2);
  sound.connect(sides);
  const { b, a } = smoother(seconds, context.sampleRate);
  const power = context.createIIRFilter([...b], [1, ...a]);
  for (const side of [0, 1]) {
    const square = gainOf(context, 0);
    sides.connect(square, side);
    sides.connect(square.gain, side);
    square.connect(power);
  }
  const curve = shaper(context, POWER_RANGE, (value) => rule(Math.max(0, value)) - rule(0));
  power.connect(curve.input);
  return curve.output;
}

export class Bus {
  readonly input: GainNode;
  readonly click: GainNode; // beside the voices, into the limiter
  private readonly volume: GainNode;
  private readonly driveInto: GainNode;
  private readonly driveOut: GainNode;
  private readonly glue: GainNode;
  private readonly glueAmount: GainNode;

  constructor(context: BaseAudioContext) {
    this.input = gainOf(context, 1);
    this.input.channelCount = 2; // also while all that sounds stands in the middle
    this.input.channelCountMode = "explicit";
    const drive = shaper(context, DRIVE_RANGE, Math.tanh);
    this.driveInto = drive.input;
    this.driveOut = gainOf(context, 1);
    this.input.connect(drive.input);
    drive.output.connect(this.driveOut);

    this.glue = gainOf(context, 1);
    this.glueAmount = gainOf(context, 0);
    this.driveOut.connect(this.glue);
    follow(context, this.driveOut, GLUE_SECONDS, glueAt).connect(this.glueAmount).connect(this.glue.gain);

    this.volume = gainOf(context, 1);
    const whole = gainOf(context, 1);
    const limit = gainOf(context, 1);
    const clip = shaper(context, CLIP_RANGE, bend);
    this.click = whole;
    this.glue.connect(this.volume).connect(whole).connect(limit).connect(clip.input);
    follow(context, whole, LIMIT_SECONDS, limitAt).connect(limit.gain);
    clip.output.connect(context.destination);
  }

  set({ drive, glue }: BusSettings, volume: number, turn: (knob: AudioParam, value: number) => void): void {
    const k = DRIVE_TRACE + DRIVE * drive;
    turn(this.driveInto.gain, k / DRIVE_RANGE);
    turn(this.driveOut.gain, DRIVE_LEVEL / Math.tanh(k * DRIVE_LEVEL));
    turn(this.glue.gain, 1 + glue * (glueAt(0) - 1));
    turn(this.glueAmount.gain, glue);
    turn(this.volume.gain, volume / USUAL_VOLUME);
  }
}
