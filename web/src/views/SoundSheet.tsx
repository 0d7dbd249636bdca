/** The sheet of a voice's sound: its map, its settings, similar sounds, its source. The grid beside it can still be played. */

import { useEffect, useRef, useState } from "preact/hooks";
import { similarSounds } from "../net/similar";
import { VOICE_SLUGS } from "../rules/parameters";
import { MAX_DECAY, MAX_GAIN, MAX_SHIFT, MAX_TUNE, MIN_DECAY, NO_SOUND_SHIFT, SOUND_DIRECTIONS, type VoiceInfo } from "../rules/protocol";
import { saidSound } from "../rules/similarWords";
import { describeHeard, describeNearestSound, endsOf, formatDecay, formatLevel, formatOrigin, formatShift, formatTune } from "../rules/soundWords";
import { titled } from "../rules/summary";
import { DEFAULT_SOUND, movedTo, requestOf, type VoiceSound } from "../rules/voiceSound";
import { shade } from "../map/soundMapDrawing";
import { Choice } from "./Choice";
import { Icon, IconButton } from "./Icon";
import { Moving } from "./Moving";
import { usePage } from "./page";
import { Slider } from "./Slider";
import { SoundMap } from "./SoundMap";
import { RoomAndBus } from "./RoomAndBus";
import { SoundPathControls } from "./SoundPath";
import { useDark } from "./theme";
import { VoiceSpace } from "./VoiceSpace";

/** The decay slider runs in octaves, as far to half as to double; its steps meet 0, as it is. */
const DECAY_STEP = 0.05;
const DECAY_OCTAVES = { min: Math.ceil(Math.log2(MIN_DECAY) / DECAY_STEP) * DECAY_STEP, max: Math.log2(MAX_DECAY), step: DECAY_STEP };

export function SoundSheet() {
  const { store } = usePage();
  const sheet = useRef<HTMLDialogElement>(null);
  const index = store.sounds.opened.value;
  const voice = index === null ? undefined : store.voices.value[index];
  const open = voice !== undefined;
  useEffect(() => {
    if (!open) return;
    const from = document.activeElement;
    const opened = sheet.current;
    opened?.show();
    opened?.querySelector<HTMLElement>(".sound-map")?.focus();
    return () => {
      opened?.close();
      if (from instanceof HTMLElement) from.focus();
    };
  }, [open]);
  return (
    <dialog
      ref={sheet}
      class="sheet"
      aria-labelledby="sheet-title"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        store.sounds.opened.value = null;
      }}
    >
      {voice && index !== null && <Sheet key={index} voice={voice} index={index} />}
    </dialog>
  );
}

interface VoiceProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

function Sheet({ voice, index }: VoiceProps) {
  const { store, player, soundActions } = usePage();
  const { opened } = store.sounds;
  const voices = store.voices.value;
  const to = (by: number) => (opened.value = (index + by + voices.length) % voices.length);
  useEffect(() => {
    store.sounds.adjusted.value = index;
    return () => {
      store.sounds.adjusted.value = null;
      store.sounds.similar.value = null;
    };
  }, [index]);
  return (
    <>
      <header class="sheet-head">
        <IconButton icon="back" label="Voice before" onClick={() => to(-1)} />
        <h2 id="sheet-title">{titled(voice.name)}</h2>
        <IconButton icon="forward" label="Next voice" onClick={() => to(1)} />
        <Words index={index} />
        <IconButton icon="play" framed label={`Audition ${voice.name}`} title="Hear it" onClick={() => void player.audition(index)} />
        <button
          type="button"
          class="framed"
          aria-pressed={store.scene.value.kit.voices[index]!.locked}
          title="This sound stays when kits come and go"
          onClick={() => soundActions.lock(index, !store.scene.value.kit.voices[index]!.locked)}
        >
          {store.scene.value.kit.voices[index]!.locked ? "held" : "hold"}
        </button>
        <IconButton icon="close" label="Close the sound" title="Close (Escape)" onClick={() => (opened.value = null)} />
      </header>
      <div class="sheet-body">
        <div class="sheet-map">
          <SoundMap voice={voice} index={index} large />
          <SoundPathControls index={index} name={voice.name} />
          <Colours voice={voice} index={index} />
        </div>
        <div class="sheet-side">
          <Character voice={voice} index={index} />
          <RandomSound voice={voice} index={index} />
          <SimilarSounds voice={voice} index={index} />
        </div>
      </div>
      <Played voice={voice} index={index} />
      <div class="sheet-space">
        <VoiceSpace voice={voice} index={index} />
        <RoomAndBus />
      </div>
      <Source voice={voice} index={index} />
    </>
  );
}

function Words({ index }: { readonly index: number }) {
  const { store } = usePage();
  const sound = store.scene.value.kit.voices[index]!;
  const heard = store.sounds.heard.value[index];
  return <p class="sheet-words">{heard ? describeHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit))}</p>;
}

/** What the lightness of the dots means; nothing for a map whose sounds have no descriptors. */
function Colours({ voice, index }: VoiceProps) {
  const { store } = usePage();
  const dark = useDark();
  const { colouredBy, maps } = store.sounds;
  const map = maps.value[index];
  const known = SOUND_DIRECTIONS.filter((direction) => map && map[direction].length > 0);
  if (known.length === 0) return null;
  const [low, high] = endsOf(colouredBy.value);
  const ramp = [0, 0.25, 0.5, 0.75, 1].map((rank) => shade(voice.colour, rank, dark)).join(", ");
  return (
    <div class="sheet-colours">
      <Choice
        label="Colour of the dots"
        options={known}
        value={colouredBy.value}
        onChoose={(by) => (colouredBy.value = by)}
      />
      <span class="ramp">
        {low} <i style={{ background: `linear-gradient(90deg, ${ramp})` }} /> {high}
      </span>
    </div>
  );
}

function Character({ voice, index }: VoiceProps) {
  const { store, soundActions } = usePage();
  const sound = store.scene.value.kit.voices[index]!;
  const known = store.instrument.value?.sound?.directions ?? [];
  if (known.length === 0) return null;
  const turns = requestOf(sound) !== null && !sound.locked;
  return (
    <fieldset class="sheet-group" disabled={!turns}>
      <legend>character</legend>
      <div class="sheet-sliders">
        {SOUND_DIRECTIONS.filter((direction) => known.includes(direction)).map((direction) => (
          <Moving
            key={direction}
            centred
            parameter={`${VOICE_SLUGS[index]!}.shift.${direction}`}
            say={(shift) => formatShift(direction, shift)}
            label={direction}
            name={`${titled(voice.name)} character, ${direction}`}
            min={-MAX_SHIFT}
            max={MAX_SHIFT}
            step={0.1}
            value={sound.shift[direction]}
            rest={0}
            valueText={formatShift(direction, sound.shift[direction])}
            onValue={(to) => soundActions.adjust(index, direction, { shift: { ...sound.shift, [direction]: Math.abs(to) < 0.05 ? 0 : to } })}
            onDone={() => store.settle()}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** A random sound within the radius, or a few similar ones to choose from. */
function RandomSound({ voice, index }: VoiceProps) {
  const { store, soundActions } = usePage();
  const { radius, similar } = store.sounds;
  const [looking, setLooking] = useState(false);
  const { locked } = store.scene.value.kit.voices[index]!;
  const look = async () => {
    setLooking(true);
    try {
      const now = store.scene.value.kit.voices[index]!;
      const { found } = await similarSounds(index, now);
      const sounds = found.map(({ point, detail }) => ({ ...movedTo(now, point), detail, variation: 0, shift: NO_SOUND_SHIFT }));
      similar.value = { voice: index, sounds, tried: null, said: found.map(saidSound) };
    } catch (error) {
      store.reportError(error);
    }
    setLooking(false);
  };
  return (
    <div class="sheet-group sheet-random">
      <Slider
        label="radius"
        name={`Radius around the ${voice.name}`}
        min={0.1}
        max={3}
        step={0.05}
        value={radius.value}
        rest={0.6}
        valueText={`${Math.round((radius.value / 3) * 100)} % of the map`}
        onValue={(to) => (radius.value = to)}
      />
      <button type="button" class="framed" disabled={locked} onClick={() => soundActions.randomise(index)}>
        <Icon name="dice" /> Randomise
      </button>
      <button type="button" class="framed" onClick={() => soundActions.findSimilar(index)}>
        More like this
      </button>
      {!store.withoutServer.value && (
        <button type="button" class="framed find-alike" disabled={looking} onClick={() => void look()}>
          {looking ? "Looking …" : "Find sounds like it"}
        </button>
      )}
    </div>
  );
}

/** Similar sounds: a click plays one, the button beside them takes it. */
function SimilarSounds({ voice, index }: VoiceProps) {
  const { store, player, sounds, soundActions } = usePage();
  const { similar } = store.sounds;
  const found = similar.value;
  const { locked } = store.scene.value.kit.voices[index]!;
  if (found?.voice !== index) return null;
  const hear = async (sound: VoiceSound, n: number) => {
    similar.value = { ...found, tried: n };
    try {
      const buffer = await sounds.preview(index, sound);
      if (buffer && similar.value?.tried === n) await player.hear(index, buffer);
    } catch (error) {
      store.reportError(error);
    }
  };
  const tried = found.tried === null ? undefined : found.sounds[found.tried];
  return (
    <div class="sheet-similar" role="group" aria-label={`Sounds like this ${voice.name}`}>
      {found.sounds.map((sound, n) => (
        <button key={n} type="button" class="similar-choice" aria-pressed={found.tried === n} aria-label={`Hear sound ${n + 1}`} onClick={() => void hear(sound, n)}>
          {n + 1}
        </button>
      ))}
      <button type="button" class="framed" disabled={!tried || locked} onClick={() => tried && soundActions.choose(index, tried)}>
        {found.tried === null ? "Take it" : `Take ${found.tried + 1}`}
      </button>
      {found.said && (
        <ol class="similar-said">
          {found.said.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Played({ voice, index }: VoiceProps) {
  const { store, soundActions } = usePage();
  const { tune, decay, gain, velocity_layers, locked } = store.scene.value.kit.voices[index]!;
  const name = titled(voice.name);
  const slug = VOICE_SLUGS[index]!;
  const done = () => store.settle();
  return (
    <fieldset class="sheet-group" disabled={locked}>
      <legend>played</legend>
      <div class="sheet-sliders is-row">
        <Moving
          centred
          parameter={`${slug}.tune`}
          say={(semitones) => formatTune(Number(semitones.toFixed(1)))}
          label="tune"
          name={`${name} tune`}
          min={-MAX_TUNE}
          max={MAX_TUNE}
          step={1}
          value={tune}
          rest={DEFAULT_SOUND.tune}
          valueText={formatTune(tune)}
          onValue={(to) => soundActions.adjust(index, "tune", { tune: to })}
          onDone={done}
        />
        <Moving
          parameter={`${slug}.decay`}
          own={decay}
          place={(ratio) => Math.log2(ratio)}
          say={formatDecay}
          label="decay"
          name={`${name} decay`}
          {...DECAY_OCTAVES}
          value={Math.log2(decay)}
          rest={0}
          valueText={formatDecay(decay)}
          onValue={(octaves) => soundActions.adjust(index, "decay", { decay: Number((2 ** octaves).toFixed(3)) })}
          onDone={done}
        />
        <Moving
          parameter={`${slug}.gain`}
          say={formatLevel}
          label="gain"
          name={`${name} gain`}
          min={0}
          max={MAX_GAIN}
          step={0.02}
          value={gain}
          rest={DEFAULT_SOUND.gain}
          valueText={formatLevel(gain)}
          onValue={(to) => soundActions.adjust(index, "gain", { gain: to })}
          onDone={done}
        />
      </div>
      <label class="check" title="Soft strokes sound soft: darker drums, shorter hats. Off: only less loud">
        <input
          type="checkbox"
          checked={velocity_layers}
          onChange={(event) => {
            soundActions.adjust(index, "velocity layers", { velocity_layers: event.currentTarget.checked });
            done();
          }}
        />
        velocity layers
      </label>
    </fieldset>
  );
}

/** Where the sound comes from; a file of one's own, as it is or as the space decodes it. */
function Source({ voice, index }: VoiceProps) {
  const { store, soundActions } = usePage();
  const picker = useRef<HTMLInputElement>(null);
  const sound = store.scene.value.kit.voices[index]!;
  const map = store.sounds.maps.value[index];
  const nearest = map && sound.point && sound.from !== "factory" ? describeNearestSound(map, sound.point) : null;
  return (
    <footer class="sheet-foot">
      <p>
        <b>{formatOrigin(sound, store.kitLabel(sound.kit))}</b>
        {nearest && <span>{nearest}</span>}
      </p>
      {sound.from === "file" && (
        <Choice
          label="The file or its twin"
          options={["file", "twin"]}
          words={{ file: "the file itself", twin: "its decoded twin" }}
          value={sound.twin ? "twin" : "file"}
          onChoose={(which) => soundActions.twin(index, which === "twin")}
        />
      )}
      <button type="button" class="framed" disabled={sound.locked} onClick={() => picker.current?.click()}>
        <Icon name="folder" /> Sound file
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={`Sound file for the ${voice.name}`}
        accept=".wav,.wave,.aif,.aiff,.flac,.ogg,.mp3,audio/*"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void soundActions.takeFile(index, file);
          event.currentTarget.value = "";
        }}
      />
    </footer>
  );
}
