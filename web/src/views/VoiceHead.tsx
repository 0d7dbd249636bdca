/** The head of a voice's row: the map of its sounds, or its strokes on a ring where there is no map; its sound in words; mute, solo, level, pan. */

import { PLAIN_MIX } from "../rules/project";
import type { VoiceInfo, BarPattern } from "../rules/protocol";
import { MAX_LEVEL } from "../rules/sequencer";
import { formatHeard, formatLevel, formatOrigin, formatPan } from "../rules/soundWords";
import { titled } from "../rules/summary";
import { ClockGlyph } from "./ClockGlyph";
import { Icon } from "./Icon";
import { laneKeysOf } from "./laneKeys";
import { LaneSummary } from "./LaneSummary";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { SoundLock } from "./SoundLock";
import { SoundMap } from "./SoundMap";

interface VoiceHeadProps {
  readonly voice: VoiceInfo;
  readonly index: number;
  readonly pattern: BarPattern;
}

export function VoiceHead({ voice, index, pattern }: VoiceHeadProps) {
  const page = usePage();
  const { store, player } = page;
  const keys = laneKeysOf(index, page);
  const hear = () => void player.audition(index);
  if (!store.instrument.value?.sound?.voices.includes(voice.name))
    return (
      <div role="rowheader" class="voice" onKeyDown={keys}>
        <button type="button" class="voice-ring" aria-label={`Hear ${voice.name}`} onClick={hear}>
          <ClockGlyph pattern={pattern} voice={index} />
        </button>
        <span class="voice-title">
          <button type="button" class="voice-open" aria-expanded={store.sounds.panel.value === index} onClick={() => (store.sounds.panel.value = store.sounds.panel.value === index ? null : index)}>
            <span class="voice-name">{titled(voice.name)}</span>
          </button>
        </span>
        <span class="voice-switches">
          <MuteAndSolo voice={voice} index={index} />
        </span>
        <Knobs voice={voice} index={index} />
        <LaneSummary voice={voice} index={index} />
        <RowHold voice={voice} index={index} />
      </div>
    );
  return (
    <div role="rowheader" class="voice has-map" onKeyDown={keys}>
      <SoundMap voice={voice} index={index} />
      <span class="voice-title">
        <SoundName voice={voice} index={index} />
        <button type="button" class="switch" aria-label={`Hear ${voice.name}`} title="Hear it" onClick={hear}>
          <Icon name="hear" />
        </button>
      </span>
      <span class="voice-switches">
        <MuteAndSolo voice={voice} index={index} />
        <SoundLock voice={voice} index={index} />
      </span>
      <Knobs voice={voice} index={index} />
      <LaneSummary voice={voice} index={index} />
      <RowHold voice={voice} index={index} />
    </div>
  );
}

type VoiceProps = Omit<VoiceHeadProps, "pattern">;

/** A bracket around the row: a held row stays as it is when the rest of the bar is filled in. */
function RowHold({ voice, index }: VoiceProps) {
  const { store, barActions } = usePage();
  return (
    <button
      type="button"
      class="row-hold"
      aria-pressed={store.bar.holds.value.rows.has(index)}
      aria-label={`${titled(voice.name)} row stays`}
      title={`What ${voice.name} plays stays when the rest is filled in`}
      onClick={() => barActions.toggleRow(index)}
    />
  );
}

/** Name and sound in words; opens the panel below the row. */
function SoundName({ voice, index }: VoiceProps) {
  const { store } = usePage();
  const sound = store.scene.value.kit.voices[index]!;
  const heard = store.sounds.heard.value[index];
  const { panel } = store.sounds;
  const open = panel.value === index;
  const words = heard ? formatHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit));
  return (
    <button
      type="button"
      class="voice-open"
      aria-expanded={open}
      onClick={() => (panel.value = open ? null : index)}
    >
      <span class="voice-name">{titled(voice.name)}</span>
      <span class="unseen"> sound: </span>
      <span class="voice-words">{words}</span>
    </button>
  );
}

function MuteAndSolo({ voice, index }: VoiceProps) {
  const { store, actions } = usePage();
  const { mute, solo } = store.scene.value.mix[index]!;
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

function Knobs({ voice, index }: VoiceProps) {
  const { store, actions } = usePage();
  const { level, pan } = store.scene.value.mix[index]!;
  const done = () => store.settle();
  return (
    <span class="voice-knobs">
      <Slider
        compact
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
        compact
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
    </span>
  );
}
