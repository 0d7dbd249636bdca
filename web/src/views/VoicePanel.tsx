/** What an opened voice shows below its row: the map of its sounds, how loud it is and where, and what of it is held. */

import { heldOf } from "../rules/holds";
import { PLAIN_MIX } from "../rules/project";
import type { VoiceInfo } from "../rules/protocol";
import { MAX_LEVEL } from "../rules/sequencer";
import { formatHeard, formatLevel, formatOrigin, formatPan } from "../rules/soundWords";
import { titled } from "../rules/summary";
import { MuteAndSolo } from "./MuteAndSolo";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { SoundMap } from "./SoundMap";

interface VoicePanelProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

export function VoicePanel({ voice, index }: VoicePanelProps) {
  const { store } = usePage();
  const mapped = store.instrument.value?.sound?.voices.includes(voice.name) === true;
  return (
    <div role="row" class={`voice-panel ink-${index}`}>
      <div role="gridcell" class="voice-panel-body">
        {mapped && <SoundMap voice={voice} index={index} />}
        <div class="voice-panel-side">
          {mapped && <SoundWays voice={voice} index={index} />}
          <span class="narrow-only">
            <MuteAndSolo voice={voice} index={index} />
          </span>
          <LevelAndPan voice={voice} index={index} />
        </div>
      </div>
    </div>
  );
}

/** Its sound in words, which opens all of it; and whether the sound is held. */
function SoundWays({ voice, index }: VoicePanelProps) {
  const { store, soundActions } = usePage();
  const sound = store.kit.value.voices[index]!;
  const heard = store.sounds.heard.value[index];
  const { opened } = store.sounds;
  const open = opened.value === index;
  const held = heldOf({ lanes: store.lanes.value, kit: store.kit.value }, index);
  return (
    <div class="sound-ways">
      <button type="button" class="framed" aria-haspopup="dialog" aria-expanded={open} onClick={() => (opened.value = open ? null : index)}>
        <span class="unseen">{titled(voice.name)} </span>
        sound: {heard ? formatHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit))}
      </button>
      <button type="button" class="hold" aria-pressed={held.sound} aria-label={`hold the sound of ${voice.name}`} title="This sound stays when kits come and go" onClick={() => soundActions.lock(index, !held.sound)}>
        hold the sound
      </button>
    </div>
  );
}

function LevelAndPan({ voice, index }: VoicePanelProps) {
  const { store, actions } = usePage();
  const { level, pan } = store.mix.value[index]!;
  const done = () => store.settle();
  return (
    <>
      <Slider
        label="level"
        name={`${titled(voice.name)} level`}
        min={0}
        max={MAX_LEVEL}
        step={0.02}
        value={level}
        rest={PLAIN_MIX.level}
        valueText={formatLevel(level)}
        onValue={(to) => actions.mixVoice(`${voice.name} level`, index, { level: to })}
        onDone={done}
      />
      <Slider
        centred
        label="pan"
        name={`${titled(voice.name)} pan`}
        min={-1}
        max={1}
        step={0.05}
        value={pan}
        rest={PLAIN_MIX.pan}
        valueText={formatPan(pan)}
        onValue={(to) => actions.mixVoice(`${voice.name} pan`, index, { pan: Math.abs(to) < 0.04 ? 0 : to })}
        onDone={done}
      />
    </>
  );
}
