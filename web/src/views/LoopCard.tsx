/** A drum loop as it was heard: its strokes over its bars, how sure they are, corrections by hand, and the way to play it. */

import { useRef, useState } from "preact/hooks";
import { asHeard, atTempoTimes, barLines, onGrid, shareOf, withBeatMoved, withStroke, withVoice } from "../rules/loops";
import type { LoopCorrection, LoopFile } from "../rules/protocol";
import { titled } from "../rules/summary";
import type { Loops } from "../state/loops";
import { IconButton } from "./Icon";
import { usePage } from "./page";
import { useRoving } from "./roving";

const METERS = [[4, 4], [3, 4], [6, 8]] as const; // prettier-ignore
const percent = (share: number): string => `${Math.round(100 * share)} %`;

interface LoopProps {
  readonly loop: LoopFile;
  readonly loops: Loops;
}

export function LoopCard({ loop, loops }: LoopProps) {
  const { store, player } = usePage();
  const { name, said } = loop.material;
  const busy = store.material.reading.value !== null;
  const correct = (correction: LoopCorrection | null) => correction && void loops.correct(loop, correction);
  const play = () => {
    if (loops.play(loop) && !store.playing.value) void player.play();
  };
  return (
    <section class="file loop" aria-label={`The loop ${name}`} aria-busy={busy}>
      <h3>
        <span class="file-name">{name}</span>
        <IconButton icon="close" label={`Put away the loop ${name}`} onClick={() => loops.putAway(loop)} />
      </h3>
      <p class="drawer-hint">
        Bars {percent(loop.grid_sure)} sure, strokes {percent(loop.strokes_sure)} sure.
      </p>
      <Strokes loop={loop} correct={correct} />
      <Grid loop={loop} correct={correct} />
      <ul class="file-report" aria-label={`What was heard in ${name}`}>
        {said.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <p class="file-acts">
        <button type="button" class="framed" disabled={busy} title="Its bars and its sounds; its bars are stars on the map" onClick={play}>
          Play it
        </button>
      </p>
    </section>
  );
}

interface CorrectProps {
  readonly loop: LoopFile;
  readonly correct: (correction: LoopCorrection | null) => void;
}

/** Tempo, meter and bar line, to be corrected. */
function Grid({ loop, correct }: CorrectProps) {
  const { grid, other_grids } = loop;
  const meter = grid.meter.join("/");
  return (
    <>
      <p class="file-acts" role="group" aria-label="Tempo and bar line">
        <button type="button" class="quiet" disabled={!atTempoTimes(loop, 0.5)} title="Half the tempo: bars half as many" onClick={() => correct(atTempoTimes(loop, 0.5))}>
          ½
        </button>
        <span>{grid.tempo_bpm.toFixed(1)} bpm</span>
        <button type="button" class="quiet" disabled={!atTempoTimes(loop, 2)} title="Twice the tempo: bars twice as many" onClick={() => correct(atTempoTimes(loop, 2))}>
          ×2
        </button>
        <button type="button" class="quiet" title="Beat 1 is a 16th earlier" onClick={() => correct(withBeatMoved(loop, -1))}>
          ← beat 1
        </button>
        <button type="button" class="quiet" title="Beat 1 is a 16th later" onClick={() => correct(withBeatMoved(loop, 1))}>
          beat 1 →
        </button>
        <select
          aria-label="Meter"
          value={meter}
          onChange={({ currentTarget: { value } }) => {
            const [beats, unit] = value.split("/").map(Number);
            correct({ ...asHeard(loop), meter: [beats!, unit!] });
          }}
        >
          {METERS.map((each) => (
            <option key={each.join("/")}>{each.join("/")}</option>
          ))}
        </select>
      </p>
      {other_grids.length > 0 && (
        <p class="file-acts">
          Or
          {other_grids.map((other) => (
            <button key={`${other.tempo_bpm} ${other.first_beat_s}`} type="button" class="quiet" onClick={() => correct(onGrid(loop, other))}>
              {other.tempo_bpm.toFixed(1)} bpm, {other.meter.join("/")} from {other.first_beat_s.toFixed(2)} s
            </button>
          ))}
        </p>
      )}
    </>
  );
}

/** The strokes as a strip, a row a voice; the one that is chosen gets another voice, or goes. One tab stop, arrow keys. */
function Strokes({ loop, correct }: CorrectProps) {
  const { store } = usePage();
  const strip = useRef<HTMLDivElement>(null);
  const roving = useRoving(strip);
  const [chosen, choose] = useState<number | null>(null);
  const voices = store.voices.value;
  const heard = voices.flatMap((_, voice) => (loop.strokes.some((stroke) => stroke[1] === voice) ? [voice] : []));
  const stroke = chosen === null ? undefined : loop.strokes[chosen];
  const nameOf = (voice: number) => voices[voice]?.name ?? `voice ${voice + 1}`;
  return (
    <>
      <div ref={strip} class="loop-strip" role="toolbar" aria-label="Strokes" style={{ "--rows": heard.length }} {...roving}>
        {barLines(loop).map((seconds) => (
          <i key={seconds} class="loop-bar" style={{ left: `${100 * shareOf(loop, seconds)}%` }} />
        ))}
        {loop.strokes.map(([seconds, voice, velocity, sure], index) => (
          <button
            key={`${seconds} ${voice}`}
            type="button"
            class="loop-stroke"
            aria-pressed={chosen === index}
            aria-label={`${titled(nameOf(voice))} at ${seconds.toFixed(2)} s, ${percent(sure)} sure`}
            title={`${titled(nameOf(voice))}, ${percent(sure)} sure`}
            style={{ left: `${100 * shareOf(loop, seconds)}%`, "--row": heard.indexOf(voice), "--tall": 0.3 + 0.7 * velocity, opacity: 0.35 + 0.65 * sure, background: voices[voice]?.colour }}
            onClick={() => choose(chosen === index ? null : index)}
          />
        ))}
      </div>
      {stroke && chosen !== null && (
        <p class="file-acts" role="group" aria-label="The chosen stroke">
          <VoiceChoice label={`Voice of the stroke at ${stroke[0].toFixed(2)} s`} voice={stroke[1]} nothing="no stroke" onChoose={(voice) => correct(withStroke(loop, chosen, voice))} />
          <VoiceChoice label={`All strokes of ${nameOf(stroke[1])}`} voice={stroke[1]} nothing="none of them" prefix="all: " onChoose={(voice) => correct(withVoice(loop, stroke[1], voice))} />
        </p>
      )}
    </>
  );
}

interface VoiceChoiceProps {
  readonly label: string;
  readonly voice: number;
  readonly nothing: string;
  readonly prefix?: string;
  readonly onChoose: (voice: number | null) => void;
}

function VoiceChoice({ label, voice, nothing, prefix = "", onChoose }: VoiceChoiceProps) {
  const { store } = usePage();
  return (
    <select aria-label={label} value={voice} onChange={({ currentTarget: { value } }) => onChoose(value === "" ? null : Number(value))}>
      <option value="">{nothing}</option>
      {store.voices.value.map(({ name }, index) => (
        <option key={name} value={index}>
          {prefix}
          {titled(name)}
        </option>
      ))}
    </select>
  );
}
