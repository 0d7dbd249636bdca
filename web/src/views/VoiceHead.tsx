/** The head of a voice's row: its own ring, to be pressed and heard; mute, solo, level and pan. */

import { PLAIN_VOICE } from "../groove";
import type { VoiceInfo, WirePattern } from "../protocol";
import { MAX_LEVEL } from "../sequencer";
import { titled } from "../summary";
import { ClockGlyph } from "./ClockGlyph";
import { usePage } from "./page";
import { Slider } from "./Slider";

interface VoiceHeadProps {
  readonly voice: VoiceInfo;
  readonly index: number;
  readonly pattern: WirePattern;
}

export const sayLevel = (level: number): string => (level === 0 ? "silent" : `${(20 * Math.log10(level)).toFixed(1).replace("-", "−")} dB`);
export const sayPan = (pan: number): string => (pan === 0 ? "middle" : `${Math.round(Math.abs(pan) * 100)} % ${pan < 0 ? "left" : "right"}`);

export function VoiceHead({ voice, index, pattern }: VoiceHeadProps) {
  const { store, actions, player } = usePage();
  const { mute, solo, level, pan } = store.groove.value.mix[index]!;
  const done = () => store.settle();
  const toggle = (what: "mute" | "solo", on: boolean) => {
    actions.mixVoice(what, index, { [what]: on });
    done();
  };
  return (
    <div role="rowheader" class="voice">
      <button type="button" class="voice-ring" aria-label={`Hear ${voice.name}`} onClick={() => void player.audition(index)}>
        <ClockGlyph pattern={pattern} voice={index} />
      </button>
      <span class="voice-name">{titled(voice.name)}</span>
      <span class="voice-switches">
        <button type="button" class="switch" aria-pressed={mute} aria-label={`Mute ${voice.name}`} onClick={() => toggle("mute", !mute)}>
          M
        </button>
        <button type="button" class="switch" aria-pressed={solo} aria-label={`Solo ${voice.name}`} onClick={() => toggle("solo", !solo)}>
          S
        </button>
      </span>
      <span class="voice-knobs">
        <Slider
          compact
          label="level"
          name={`${titled(voice.name)} level`}
          min={0}
          max={MAX_LEVEL}
          step={0.02}
          value={level}
          rest={PLAIN_VOICE.level}
          said={sayLevel(level)}
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
          rest={PLAIN_VOICE.pan}
          said={sayPan(pan)}
          onValue={(to) => actions.mixVoice(`${voice.name} pan`, index, { pan: Math.abs(to) < 0.04 ? 0 : to })}
          onDone={done}
        />
      </span>
    </div>
  );
}
