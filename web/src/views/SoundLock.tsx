/** The lock of a voice: a locked voice keeps its sound when kits come and go. */

import type { VoiceInfo } from "../rules/protocol";
import { Icon } from "./Icon";
import { usePage } from "./page";

interface SoundLockProps {
  readonly voice: VoiceInfo;
  readonly index: number;
  readonly framed?: boolean;
}

export function SoundLock({ voice, index, framed = false }: SoundLockProps) {
  const { store, soundActions } = usePage();
  const { locked } = store.scene.value.kit.voices[index]!;
  return (
    <button
      type="button"
      class={framed ? "icon framed" : "switch"}
      aria-pressed={locked}
      aria-label={framed ? `Lock this ${voice.name}` : `Lock ${voice.name}`}
      title={locked ? "Locked: this sound stays" : "Lock: this sound stays"}
      onClick={() => soundActions.lock(index, !locked)}
    >
      <Icon name={locked ? "locked" : "unlocked"} />
    </button>
  );
}
