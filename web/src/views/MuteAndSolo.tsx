/** Whether a voice is muted, or heard alone. */

import type { VoiceInfo } from "../rules/protocol";
import { usePage } from "./page";

export function MuteAndSolo({ voice, index }: { readonly voice: VoiceInfo; readonly index: number }) {
  const { store, actions } = usePage();
  const { mute, solo } = store.mix.value[index]!;
  const toggle = (what: "mute" | "solo", on: boolean) => {
    actions.mixVoice(what, index, { [what]: on });
    store.settle();
  };
  return (
    <>
      <button type="button" class="switch" aria-pressed={mute} aria-label={`Mute ${voice.name}`} onClick={() => toggle("mute", !mute)}>
        M
      </button>
      <button type="button" class="switch" aria-pressed={solo} aria-label={`Solo ${voice.name}`} onClick={() => toggle("solo", !solo)}>
        S
      </button>
    </>
  );
}
