/** A voice opened below its row: its sound map, how it plays its row, and what one hears. Everything else of its sound is under "More". */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { heldOf } from "../rules/holds";
import { COMMON_ROUNDS, LOOP_CHOICES } from "../rules/laneChanges";
import { accentWords, chanceWords, densityWords, loopWords, nudgeWords, ratchetWords, roundsWords, swingWords } from "../rules/laneWords";
import { isStill, movedBy } from "../rules/movement";
import { MAX_NUDGE_MS, MAX_RATCHET, VOICE_SLUGS } from "../rules/parameters";
import { type Lane, PLAIN_LANE, PLAIN_MIX, type Rounds } from "../rules/project";
import { MAX_SHIFT, type Point, SOUND_DIRECTIONS, type SoundDirection, type VoiceInfo } from "../rules/protocol";
import { MAX_LEVEL } from "../rules/sequencer";
import { formatHeard, formatLevel, formatOrigin, formatPan, formatShift } from "../rules/soundWords";
import { formatCoordinate, titled } from "../rules/summary";
import { MAX_SWING, MIN_SWING, STEPS_PER_SIXTEENTH } from "../rules/units";
import { requestOf } from "../rules/voiceSound";
import { IconButton } from "./Icon";
import { at } from "./mapGestures";
import { Moving, MovingNumber, useValueNow } from "./Moving";
import { MuteAndSolo } from "./MuteAndSolo";
import { usePage } from "./page";
import { RoundsChoice } from "./RoundsChoice";
import { Slider } from "./Slider";
import { SoundMap } from "./SoundMap";
import { useSliderRows } from "./sliderRows";

interface VoiceProps {
  readonly voice: VoiceInfo;
  readonly index: number;
}

export function VoicePanel({ voice, index }: VoiceProps) {
  const { store } = usePage();
  const { adjusted } = store.sounds;
  const box = useRef<HTMLDivElement>(null);
  const name = titled(voice.name);
  const hasMap = store.instrument.value?.sound?.voices.includes(voice.name) ?? false;
  const rows = useSliderRows(box);
  useLayoutEffect(() => {
    const from = document.activeElement;
    box.current?.querySelector<HTMLElement>("input[type=range]")?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
    box.current?.closest("[role=row]")?.previousElementSibling?.scrollIntoView({ block: "nearest" }); // its row stays in sight
    adjusted.value = index;
    return () => {
      if (adjusted.value === index) adjusted.value = null;
      const within = document.activeElement;
      if (from instanceof HTMLElement && (within === document.body || box.current?.contains(within))) from.focus();
    };
  }, [index]);
  return (
    <div role="row" class={`voice-panel ink-${index}`}>
      <div role="gridcell" class="voice-panel-body">
        <div
          ref={box}
          class="voice-in-hand"
          role="group"
          aria-label={`${name} in hand`}
          aria-description="Up and Down go from slider to slider, Left and Right change one, Enter lets it move by itself, Escape closes."
          {...rows}
          onKeyDownCapture={(event) => {
            if (event.key !== "Escape" || event.defaultPrevented) return;
            event.stopPropagation();
            store.openVoice.value = null;
          }}
        >
          {hasMap && <PanelMap voice={voice} index={index} />}
          <div class="panel-sliders">
            <LaneSliders voice={voice} index={index} />
            <Character voice={voice} index={index} />
            <MixSliders voice={voice} index={index} />
          </div>
          <div class="panel-ends">
            {hasMap && <SoundWays voice={voice} index={index} />}
            <span class="narrow-only">
              <MuteAndSolo voice={voice} index={index} />
            </span>
            <IconButton icon="close" label={`Close ${voice.name}`} title="Close (Escape)" onClick={() => (store.openVoice.value = null)} />
          </div>
        </div>
      </div>
    </div>
  );
}

/** Its sound in words, which opens all of it; and whether the sound is held. */
function SoundWays({ voice, index }: VoiceProps) {
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

const NOWHERE: Point = [0, 0];

/** The sound map, with its two coordinates that may move. */
function PanelMap({ voice, index }: VoiceProps) {
  const { store } = usePage();
  const sound = store.kit.value.voices[index]!;
  const point = sound.point ?? NOWHERE;
  const slug = VOICE_SLUGS[index]!;
  const now = useRef<HTMLSpanElement>(null);
  const place = useRef<[number, number]>([...point]);
  const show = (axis: 0 | 1) => (value: number) => {
    place.current[axis] = value;
    if (now.current) Object.assign(now.current.style, at(place.current));
  };
  useValueNow(`${slug}.sound.x`, point[0], show(0));
  useValueNow(`${slug}.sound.y`, point[1], show(1));
  const { scene } = store;
  const moves = (["x", "y"] as const).some((axis) => !isStill(movedBy(scene.value, `${slug}.sound.${axis}`)));
  return (
    <div class="panel-map">
      <div class="panel-map-frame">
        <SoundMap voice={voice} index={index} />
        {moves && <span ref={now} class="sound-now" aria-hidden="true" />}
      </div>
      {sound.point && (
        <p class="panel-coordinates">
          {(["x", "y"] as const).map((axis, n) => (
            <span key={axis}>
              {axis === "x" ? "across" : "up"}
              <MovingNumber parameter={`${slug}.sound.${axis}`} name={`${titled(voice.name)} sound map, ${axis === "x" ? "across" : "up"}`} own={point[n as 0 | 1]} say={formatCoordinate} />
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

const percentWords = (share: number): string => `${Math.round(share * 100)} %`;

/** How it plays its row. */
function LaneSliders({ voice, index }: VoiceProps) {
  const { store, lanes } = usePage();
  const lane = store.scene.value.lanes[index]!;
  const { swing, steps } = store.arrangedBar.value.planned;
  const [name, slug] = [titled(voice.name), VOICE_SLUGS[index]!];
  const change = (label: string, changes: Partial<Lane>) => lanes.change(index, label, changes);
  const onDone = () => store.settle();
  const share = { min: 0, max: 1, step: 0.01, rest: 1, onDone };
  const loop = lane.loop_steps ?? steps;
  const ratchets = lane.ratchet > 1 || !isStill(movedBy(store.scene.value, `${slug}.ratchet`));
  return (
    <>
      <Moving {...share} label="density" name={`${name} density`} parameter={`${slug}.density`} value={lane.density} valueText={densityWords(lane.density)} say={percentWords} onValue={(density) => change("density", { density })} />
      <Moving {...share} label="chance" name={`${name} chance`} parameter={`${slug}.probability`} value={lane.probability} valueText={chanceWords(lane.probability)} say={percentWords} onValue={(probability) => change("chance", { probability })} />
      <RoundsRow label="sounds" name={`${name} sounds`} rounds={lane.rounds} onRounds={(rounds) => change("rounds", { rounds })} />
      <Moving label="ratchet" name={`${name} ratchet`} parameter={`${slug}.ratchet`} min={1} max={MAX_RATCHET} step={1} rest={1} value={lane.ratchet} valueText={ratchetWords(lane.ratchet)} say={ratchetWords} onValue={(ratchet) => change("ratchet", { ratchet })} onDone={onDone} />
      {ratchets && (
        <>
          <RoundsRow label="ratchets" name={`${name} ratchets`} rounds={lane.ratchet_rounds} onRounds={(rounds) => change("ratchet rounds", { ratchet_rounds: rounds })} />
          <Moving {...share} label="its chance" name={`${name} ratchet chance`} parameter={`${slug}.ratchet_probability`} value={lane.ratchet_probability} valueText={chanceWords(lane.ratchet_probability)} say={percentWords} onValue={(to) => change("ratchet chance", { ratchet_probability: to })} />
        </>
      )}
      <Moving centred label="nudge" name={`${name} nudge`} parameter={`${slug}.nudge`} min={-MAX_NUDGE_MS} max={MAX_NUDGE_MS} step={1} rest={0} value={lane.nudge_ms} valueText={nudgeWords(lane.nudge_ms)} say={nudgeWords} onValue={(to) => change("nudge", { nudge_ms: to })} onDone={onDone} />
      <Moving centred label="accent" name={`${name} accent`} parameter={`${slug}.accent`} min={-1} max={1} step={0.01} rest={0} value={lane.accent} valueText={accentWords(lane.accent)} say={accentWords} onValue={(accent) => change("accent", { accent })} onDone={onDone} />
      <Moving label="swing" name={`${name} swing`} parameter={`${slug}.swing`} min={MIN_SWING} max={MAX_SWING} step={0.01} own={lane.swing ?? swing} value={lane.swing ?? swing} valueText={swingWords(lane.swing)} say={swingWords} onValue={(to) => change("swing", { swing: to })} onReset={() => change("swing", { swing: PLAIN_LANE.swing })} onDone={onDone} />
      <Slider
        label="own loop"
        name={`${name} own loop`}
        min={1}
        max={Math.max(LOOP_CHOICES, Math.ceil(loop / STEPS_PER_SIXTEENTH))}
        step={1}
        value={loop / STEPS_PER_SIXTEENTH}
        valueText={loopWords(lane.loop_steps)}
        onValue={(to) => change("own loop", { loop_steps: to * STEPS_PER_SIXTEENTH })}
        onReset={() => change("own loop", { loop_steps: null })}
        onDone={onDone}
      />
    </>
  );
}

interface RoundsProps {
  readonly label: string;
  readonly name: string;
  readonly rounds: Rounds;
  readonly onRounds: (rounds: Rounds) => void;
}

const OWN = "own";

/** A list of the common ones; "own rounds" shows each round of the cycle. */
function RoundsRow({ label, name, rounds, onRounds }: RoundsProps) {
  const { store } = usePage();
  const [own, setOwn] = useState(false);
  const words = roundsWords(rounds);
  const known = COMMON_ROUNDS.find((each) => roundsWords(each) === words);
  const choose = (to: Rounds) => {
    onRounds(to);
    store.settle();
  };
  const shows = own || !known;
  return (
    <>
      <label class="rounds-row">
        <span class="slider-label">{label}</span>
        <select
          aria-label={name}
          value={words}
          onChange={(event) => {
            const chosen = COMMON_ROUNDS.find((each) => roundsWords(each) === event.currentTarget.value);
            setOwn(event.currentTarget.value === OWN);
            if (chosen) choose(chosen);
            else event.currentTarget.value = words;
          }}
        >
          {[...COMMON_ROUNDS, ...(known ? [] : [rounds])].map((each) => (
            <option key={roundsWords(each)} value={roundsWords(each)}>
              {roundsWords(each)}
            </option>
          ))}
          <option value={OWN}>own rounds ...</option>
        </select>
      </label>
      {shows && <RoundsChoice name={name} rounds={rounds} onRounds={choose} />}
    </>
  );
}

const CHARACTER: Readonly<Record<SoundDirection, string>> = { brightness: "bright", decay: "long", pitch: "high", noisiness: "noisy" };

const characterWords = (direction: SoundDirection, shift: number): string => (Math.abs(shift) < 0.05 ? "as on the map" : formatShift(direction, shift));

/** What one hears, where the sound space makes the sound. */
function Character({ voice, index }: VoiceProps) {
  const { store, soundActions } = usePage();
  const sound = store.kit.value.voices[index]!;
  const known = store.instrument.value?.sound?.directions ?? [];
  if (known.length === 0) return null;
  return (
    <fieldset class="panel-group" disabled={requestOf(sound) === null || sound.locked}>
      <legend class="unseen">what one hears</legend>
      {SOUND_DIRECTIONS.filter((direction) => known.includes(direction)).map((direction) => (
        <Moving
          key={direction}
          centred
          label={CHARACTER[direction]}
          name={`${titled(voice.name)}, ${CHARACTER[direction]}`}
          parameter={`${VOICE_SLUGS[index]!}.shift.${direction}`}
          min={-MAX_SHIFT}
          max={MAX_SHIFT}
          step={0.1}
          rest={0}
          value={sound.shift[direction]}
          valueText={characterWords(direction, sound.shift[direction])}
          say={(value) => characterWords(direction, value)}
          onValue={(to) => soundActions.adjust(index, direction, { shift: { ...sound.shift, [direction]: Math.abs(to) < 0.05 ? 0 : to } })}
          onDone={() => store.settle()}
        />
      ))}
    </fieldset>
  );
}

/** Level and pan, which may move as well. */
function MixSliders({ voice, index }: VoiceProps) {
  const { store, actions } = usePage();
  const { level, pan } = store.mix.value[index]!;
  const [name, slug] = [titled(voice.name), VOICE_SLUGS[index]!];
  const onDone = () => store.settle();
  return (
    <>
      <Moving label="level" name={`${name} level`} parameter={`${slug}.level`} min={0} max={MAX_LEVEL} step={0.02} rest={PLAIN_MIX.level} value={level} valueText={formatLevel(level)} say={formatLevel} onValue={(to) => actions.mixVoice(`${voice.name} level`, index, { level: to })} onDone={onDone} />
      <Moving centred label="pan" name={`${name} pan`} parameter={`${slug}.pan`} min={-1} max={1} step={0.05} rest={PLAIN_MIX.pan} value={pan} valueText={formatPan(pan)} say={formatPan} onValue={(to) => actions.mixVoice(`${voice.name} pan`, index, { pan: Math.abs(to) < 0.04 ? 0 : to })} onDone={onDone} />
    </>
  );
}
