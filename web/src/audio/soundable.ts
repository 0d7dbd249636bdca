/** Whether a sound may be played: a sample that is no number would stay in the filters of the mix for good. */

export const LOUDEST = 1000; // 60 dB above full scale: nothing that was recorded or made is louder

const known = new WeakMap<AudioBuffer, boolean>();

/** Whether each of its samples is a finite number that the mix can bear; looked at once. */
export function isSoundable(sound: AudioBuffer): boolean {
  const found = known.get(sound) ?? channelsOf(sound).every(areSoundable);
  known.set(sound, found);
  return found;
}

export const areSoundable = (samples: Float32Array): boolean => samples.every((sample) => Math.abs(sample) <= LOUDEST); // NaN is not, either

const channelsOf = (sound: AudioBuffer): readonly Float32Array[] => Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
