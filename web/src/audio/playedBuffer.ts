/** A voice's buffer as it is played: tuned, ringing longer or shorter, louder or softer. */

import { type PlaybackSettings, playedSamples } from "../rules/playbackSettings";

/** The settings, applied channel by channel; neutral ones give the buffer itself. */
export function playedBuffer(buffer: AudioBuffer, settings: PlaybackSettings): AudioBuffer {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  const played = channels.map((samples) => playedSamples(samples, buffer.sampleRate, settings));
  if (played[0] === channels[0]) return buffer;
  const made = new AudioBuffer({ length: played[0]!.length, sampleRate: buffer.sampleRate, numberOfChannels: played.length });
  played.forEach((samples, channel) => made.copyToChannel(Float32Array.from(samples), channel));
  return made;
}
