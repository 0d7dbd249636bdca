/** A voice's buffer as it is played: tuned, ringing longer or shorter, louder or softer. */

import { kWeightedEnergy } from "../rules/loudness";
import { type PlaybackSettings, playedSamples } from "../rules/playbackSettings";
import { layerOf } from "../rules/sequencer";

const made = new WeakMap<AudioBuffer, AudioBuffer>(); // what each was made of
const energies = new WeakMap<AudioBuffer, number>();

/** The K-weighted energy of a sound without its playback settings, in seconds of full scale: what bars are judged by. */
export function bareEnergy(played: AudioBuffer): number {
  const bare = made.get(played) ?? played;
  const known = energies.get(bare) ?? kWeightedEnergy(bare.getChannelData(0), bare.sampleRate);
  energies.set(bare, known);
  return known;
}

const layers = new WeakMap<AudioBuffer, readonly AudioBuffer[]>(); // of each, from that for hard strokes to the softest

/** What a stroke of this velocity plays of a sound. */
export function layerFor(buffer: AudioBuffer, velocity: number): AudioBuffer {
  const own = layers.get(buffer);
  return own?.[layerOf(velocity, own.length)] ?? buffer;
}

/** The same sound with other samples for softer strokes, from hard to soft; one of its own, since others may play it as it is. */
export function withLayers(buffer: AudioBuffer, softer: readonly Float32Array<ArrayBuffer>[]): AudioBuffer {
  const all = [buffer.getChannelData(0), ...softer].map((samples) => {
    const own = new AudioBuffer({ length: samples.length, sampleRate: buffer.sampleRate, numberOfChannels: 1 });
    own.copyToChannel(samples, 0);
    return own;
  });
  const whole = all[0]!;
  layers.set(whole, all);
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
