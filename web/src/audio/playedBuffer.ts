/** A voice's buffer as it is played: tuned, ringing longer or shorter, louder or softer. */

import { kWeightedEnergy } from "../rules/loudness";
import { type PlaybackSettings, playedSamples } from "../rules/playbackSettings";
import { LAYERS, layerOf } from "../rules/sequencer";

const made = new WeakMap<AudioBuffer, AudioBuffer>(); // what each was made of
const energies = new WeakMap<AudioBuffer, number>();

/** The K-weighted energy of a sound without its playback settings, in seconds of full scale: what bars are judged by. */
export function bareEnergy(played: AudioBuffer): number {
  const bare = made.get(played) ?? played;
  const known = energies.get(bare) ?? kWeightedEnergy(bare.getChannelData(0), bare.sampleRate);
  energies.set(bare, known);
  return known;
}

const softer = new WeakMap<AudioBuffer, () => readonly AudioBuffer[]>(); // of a sound with velocity layers, from hard to soft

/** What a stroke of this velocity plays of a sound; its softer layers are made with the first stroke that needs one. */
export function layerFor(buffer: AudioBuffer, velocity: number): AudioBuffer {
  const layers = softer.get(buffer);
  const layer = layers ? layerOf(velocity, LAYERS) : 0;
  return layer === 0 ? buffer : layers!()[layer - 1]!;
}

/** The same sound, mono, with other samples for softer strokes, from hard to soft: a buffer of its own, since others may play it as it is. */
export function withLayers(buffer: AudioBuffer, soften: (samples: Float32Array<ArrayBuffer>) => readonly Float32Array<ArrayBuffer>[]): AudioBuffer {
  const samples = buffer.getChannelData(0);
  const bufferOf = (own: Float32Array<ArrayBuffer>): AudioBuffer => {
    const copy = new AudioBuffer({ length: own.length, sampleRate: buffer.sampleRate, numberOfChannels: 1 });
    copy.copyToChannel(own, 0);
    return copy;
  };
  const whole = bufferOf(samples);
  let layers: readonly AudioBuffer[] | undefined;
  softer.set(whole, () => (layers ??= soften(samples).map(bufferOf)));
  made.set(whole, made.get(buffer) ?? buffer);
  return whole;
}

/** The settings, applied channel by channel; neutral ones give the buffer itself. */
export function playedBuffer(buffer: AudioBuffer, settings: PlaybackSettings): AudioBuffer {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  const played = channels.map((samples) => playedSamples(samples, buffer.sampleRate, settings));
  if (played[0] === channels[0]) return buffer;
  const own = new AudioBuffer({ length: played[0]!.length, sampleRate: buffer.sampleRate, numberOfChannels: played.length });
  played.forEach((samples, channel) => own.copyToChannel(Float32Array.from(samples), channel));
  made.set(own, buffer);
  return own;
}
