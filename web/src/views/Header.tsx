/** The top of the page: play, time, where one is; whether there is sound; undo, files. */

import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Quantum } from "../rules/sequencer";
import { tempoOf } from "../rules/scene";
import { tapped, tempoOfTaps } from "../rules/tapTempo";
import { MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM } from "../rules/units";
import { describeLink } from "../midi/midiSettings";
import { DrawerButton } from "./Drawer";
import { FilesAndUndo } from "./FilesAndUndo";
import { Icon } from "./Icon";
import { MovingNumber } from "./Moving";
import { usePanels } from "./latePanels";
import { NumberField } from "./NumberField";
import { usePage } from "./page";
import { RecordButton } from "./RecordButton";
import { useRoving } from "./roving";
import { Slider } from "./Slider";
import { Where } from "./Where";

const SOUND_WORDS = {
  off: "sound is off",
  on: "sound is on",
  waiting: "sound is blocked: press play again",
  interrupted: "sound is interrupted",
  lost: "the sound device is gone: press play",
} as const;

export function Header() {
  const panels = usePanels();
  const rest = useRef<HTMLDivElement>(null);
  const roving = useRoving(rest, "button:not(.menu-panel *, .popover *)");
  return (
    <header class="transport">
      <h1>CLAVE</h1>
      <div class="header-play">
        <PlayButton />
        <RecordButton />
        <Tempo />
        <Swing />
        <Where />
      </div>
      <div ref={rest} class="header-rest" role="toolbar" aria-label="Project" {...roving}>
        <div class="header-acts">
          <Surprise />
          {panels && <panels.KeepBars />}
        </div>
        <SoundState />
        <FilesAndUndo />
      </div>
    </header>
  );
}

function PlayButton() {
  const { store, player } = usePage();
  const playing = store.elsewhere.value?.playing ?? (store.playing.value && !store.silenced.value);
  return (
    <button type="button" class="play" aria-label={playing ? "Stop" : "Play"} onClick={() => void player.toggle()}>
      <Icon name={playing ? "stop" : "play"} />
    </button>
  );
}

/** A new pattern and eight new sounds at once; undo brings back the ones before. */
function Surprise() {
  const { store, player, soundActions } = usePage();
  if (!store.instrument.value?.sound) return null;
  const surprise = () => void soundActions.surprise().then(() => (store.playing.value ? undefined : player.play()));
  return (
    <button type="button" class="framed surprise" title="A new pattern and eight new sounds; what is held stays" onClick={surprise}>
      Surprise me
    </button>
  );
}

function Tempo() {
  const { store, actions } = usePage();
  const taps = useRef<readonly number[]>([]);
  const tempoBpm = useComputed(() => tempoOf(store.scene.value)).value;
  const tap = () => {
    taps.current = tapped(taps.current, performance.now());
    const tempo = tempoOfTaps(taps.current);
    if (tempo !== null) actions.set("tempo", { tempoBpm: tempo });
  };
  return (
    <div class="dial tempo">
      <MovingNumber parameter="tempo" name="Tempo" own={tempoBpm} say={(bpm) => `${Math.round(bpm)} bpm`}>
        <NumberField
          id="tempo"
          label="Tempo in beats per minute"
          unit="bpm"
          value={tempoBpm}
          min={MIN_TEMPO_BPM}
          max={MAX_TEMPO_BPM}
          step={1}
          onValue={(bpm) => actions.set("tempo", { tempoBpm: bpm })}
        />
      </MovingNumber>
      <button type="button" class="under" onPointerDown={tap} onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && !event.repeat && tap()}>
        tap tempo
      </button>
    </div>
  );
}

function Swing() {
  const { store, actions } = usePage();
  const swing = useComputed(() => store.scene.value.swing).value;
  return (
    <div class="dial swing">
      <MovingNumber parameter="swing" name="Swing" own={swing} say={(share) => `${Math.round(share * 100)} %`}>
        <NumberField
          id="swing"
          label="Swing in percent"
          unit="%"
          value={Math.round(swing * 1000) / 10}
          min={MIN_SWING * 100}
          max={MAX_SWING * 100}
          step={1}
          onValue={(percent) => actions.set("swing", { swing: percent / 100 })}
        />
      </MovingNumber>
      <label class="under" for="swing">
        swing
      </label>
    </div>
  );
}

/** When a click, a scene or a style is heard. */
export function Applies() {
  const { store, actions } = usePage();
  const quantum = useComputed(() => store.project.value.quantum).value;
  return (
    <label class="dial applies">
      <select value={quantum} onChange={(event) => actions.set("changes apply", { quantum: event.currentTarget.value as Quantum })}>
        <option value="step">next step</option>
        <option value="beat">next beat</option>
        <option value="bar">next bar</option>
      </select>
      <span class="under">changes apply</span>
    </label>
  );
}

export function Volume() {
  const { store, actions } = usePage();
  const volume = useComputed(() => store.project.value.volume).value;
  return (
    <div class="dial volume">
      <Slider
        compact
        label="volume"
        name="Volume"
        min={0}
        max={1}
        step={0.01}
        value={volume}
        valueText={`${Math.round(volume * 100)} %`}
        onValue={(to) => actions.set("volume", { volume: to })}
        onDone={() => store.settle()}
      />
      <span class="under" aria-hidden="true">
        volume
      </span>
    </div>
  );
}

function SoundState() {
  const { store } = usePage();
  return (
    <div class="said">
      <p class={`sound is-${store.sound.value}`} role="status">
        {store.elsewhere.value ? "sound comes from another device" : SOUND_WORDS[store.sound.value]}
      </p>
      <DrawerButton drawer="MIDI out">MIDI out: {describeLink(store.midiLink.value, store.midi.value)}</DrawerButton>
      {store.midiInWords.value && <DrawerButton drawer="MIDI in">{store.midiInWords.value}</DrawerButton>}
    </div>
  );
}
