/** A voice's buffer as it is played: tuned, ringing longer or shorter, louder or softer. */

import { shape, type Shaping } from "../rules/playbackSettings";

/** The settings, applied channel by channel; neutral ones give the buffer itself. */
export function shapeBuffer(buffer: AudioBuffer, shaping: Shaping): AudioBuffer {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  const shaped = channels.map((samples) => shape(samples, buffer.sampleRate, shaping));
  if (shaped[0] === channels[0]) return buffer;
  const made = new AudioBuffer({ length: shaped[0]!.length, sampleRate: buffer.sampleRate, numberOfChannels: shaped.length });
  shaped.forEach((samples, channel) => made.copyToChannel(Float32Array.from(samples), channel));
  return made;
}
