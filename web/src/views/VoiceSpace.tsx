/** One voice's filter, and how much of it goes into the room. */

import { CUTOFF_OCTAVES, MIN_CUTOFF_HZ } from "../rules/parameters";
import { PLAIN_MIX, type VoiceMix } from "../rules/project";
import type { VoiceInfo } from "../rules/protocol";
import { formatFrequency, formatShare } from "../rules/soundWords";
import { titled } from "../rules/summary";
import { Choice } from "./Choice";
import { usePage } from "./page";
import { Slider } from "./Slider";

const FILTERS = ["off", "lowpass", "highpass", "bandpass"] as const satisfies readonly VoiceMix["filter"][];
const WORDS = { off: "off", lowpass: "low-pass", highpass: "high-pass", bandpass: "band-pass" };
const octavesOf = (hz: number): number => Math.log2(hz / MIN_CUTOFF_HZ);

interface VoiceSpaceProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

export function VoiceSpace({ voice, index }: VoiceSpaceProps) {
  const { store, actions } = usePage();
  const { filter, cutoff_hz: cutoff, resonance_db: resonance, send } = store.scene.value.mix[index]!;
  const name = titled(voice.name);
  const set = (label: string, changes: Partial<VoiceMix>) => actions.mixVoice(`${voice.name} ${label}`, index, changes);
  const done = () => store.settle();
  return (
    <fieldset class="sheet-group">
      <legend>filter and room</legend>
      <Choice label={`${name} filter`} options={FILTERS} words={WORDS} value={filter} onChoose={(to) => (set("filter", { filter: to }), done())} />
      <div class="sheet-sliders is-row">
        {filter !== "off" && (
          <>
            <Slider
              label="cutoff"
              name={`${name} cutoff`}
              min={0}
              max={CUTOFF_OCTAVES}
              step={CUTOFF_OCTAVES / 120}
              value={octavesOf(cutoff)}
              rest={octavesOf(PLAIN_MIX.cutoff_hz)}
              valueText={formatFrequency(cutoff)}
              onValue={(octaves) => set("cutoff", { cutoff_hz: Math.round(MIN_CUTOFF_HZ * 2 ** octaves) })}
              onDone={done}
            />
            <Slider
              label="resonance"
              name={`${name} resonance`}
              min={-3}
              max={24}
              step={0.5}
              value={resonance}
              rest={PLAIN_MIX.resonance_db}
              valueText={`${resonance.toFixed(1)} dB`}
              onValue={(to) => set("resonance", { resonance_db: to })}
              onDone={done}
            />
          </>
        )}
        <Slider
          label="room"
          name={`${name}, sent to the room`}
          min={0}
          max={1}
          step={0.01}
          value={send}
          rest={PLAIN_MIX.send}
          valueText={formatShare(send)}
          onValue={(to) => set("room", { send: to })}
          onDone={done}
        />
      </div>
    </fieldset>
  );
}
