/** A voice's buffer as it is played: tuned, ringing longer or shorter, louder or softer. */

import { kWeightedEnergy } from "../rules/loudness";
import { type PlaybackSettings, playedSamples } from "../rules/playbackSettings";

const made = new WeakMap<AudioBuffer, AudioBuffer>(); // what each was made of
const energies = new WeakMap<AudioBuffer, number>();

/** The K-weighted energy of a sound without its playback settings, in seconds of full scale: what bars are judged by. */
export function bareEnergy(played: AudioBuffer): number {
  const bare = made.get(played) ?? played;
  const known = energies.get(bare) ?? kWeightedEnergy(bare.getChannelData(0), bare.sampleRate);
  energies.set(bare, known);
  return known;
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
