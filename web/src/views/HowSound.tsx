/** A sound of the kit, on its way: log spectrogram, place on the map, decoded log spectrogram, phase, sound. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { fileOf, levelsOf, saidPicture } from "../rules/explainWords";
import type { ExplainedSound, LevelPicture, Point } from "../rules/protocol";
import { formatPoint, titled } from "../rules/summary";
import { serverExplain } from "../net/explain";
import { decode } from "../audio/kits";
import { channelsOf } from "../map/canvas";
import { drawLevels, drawNumbers, type Inks } from "../map/explainDrawing";
import { drawSoundMap } from "../map/soundMapDrawing";
import { SoundExplanation } from "../state/explanation";
import { CanvasLayer } from "./CanvasLayer";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { at } from "./mapGestures";
import { Stage, Trouble, useInks, useOnce } from "./HowStage";
import { usePage } from "./page";
import { useDark } from "./theme";

const MOST_DOTS = 800;

export function HowSound() {
  const { store } = usePage();
  const inks = useInks();
  const explanation = useOnce(() => {
    const made = new SoundExplanation(store, serverExplain);
    made.voice.value = store.openVoice.peek() ?? 0;
    return made;
  });
  useEffect(() => explanation.follow(), []);
  const { voice, found, trouble } = explanation;
  return (
    <>
      <label class="drawer-row">
        <span>Sound of the kit</span>
        <select value={voice.value} onChange={(event) => (voice.value = Number(event.currentTarget.value))}>
          {store.voices.value.map(({ name }, index) => (
            <option key={name} value={index}>
              {titled(name)}
            </option>
          ))}
        </select>
      </label>
      <Trouble text={trouble.value} />
      {inks && found.value && <Way explanation={explanation} sound={found.value} inks={inks} />}
    </>
  );
}

interface WayProps {
  readonly explanation: SoundExplanation;
  readonly sound: ExplainedSound;
  readonly inks: Inks;
}

function Way({ explanation, sound, inks }: WayProps) {
  const voice = explanation.voice.value;
  const { nsgt, spectrogram, decoded, heard, nsgt_of_sound: out } = sound;
  return (
    <>
      <Stage
        title="1. The sound as a picture"
        size={saidPicture(nsgt)}
        says="A non-stationary Gabor transform (NSGT) shows how loud each pitch is at each moment, a row a semitone: low pitches, at the bottom, are blurred in time, high ones in pitch. The 2019 paper learned from such pictures."
        docs="phase"
      >
        <Hear voice={voice} file={sound.sound} label="Hear the sound that goes in" />
        <Levels of={nsgt} says="NSGT log spectrogram of the sound that goes in" />
      </Stage>
      <Stage
        title="2. What the encoder reads"
        size={saidPicture(spectrogram)}
        says={`This space reads a smaller log spectrogram, fine in time right after the stroke and coarse later${sound.attack_bands > 0 ? `; its top ${sound.attack_bands} rows show the first 22 milliseconds alone` : ""}.`}
        docs="soundModel"
      >
        <Levels of={spectrogram} says="Log spectrogram that the encoder reads" />
      </Stage>
      <Code voice={voice} sound={sound} inks={inks} />
      <Stage
        title="4. What the decoder answers"
        size={saidPicture(decoded)}
        says={`From the code, the decoder makes the log spectrogram again: ${sound.model_db.toFixed(1)} dB away from what went in.`}
        docs="soundModel"
      >
        <Choice
          label="What is decoded"
          options={["detail", "point"]}
          words={{ detail: "Point and detail", point: "The point alone" }}
          value={explanation.withDetail.value ? "detail" : "point"}
          onChoose={(what) => (explanation.withDetail.value = what === "detail")}
        />
        <Levels of={decoded} says="Log spectrogram that was decoded" />
      </Stage>
      <Stage
        title="5. The phase, and the sound"
        size={`${sound.phase_db.toFixed(1)} dB away from what was decoded`}
        says={`Loudness alone is no sound: where each wave begins, its phase, was never in the picture. It is estimated ${sound.phase}.${sound.attack_bands > 0 ? " Hiss needs none: it is made as noise." : ""}`}
        docs="phase"
      >
        <p class="drawer-row">
          <Hear voice={voice} file={sound.decoded_sound} label="Hear the sound that comes out" />
          <Hear voice={voice} file={sound.random_phase} label="Hear it with random phase" />
        </p>
        <Levels of={heard} says="Log spectrogram of the sound that comes out" />
        <Levels of={out} says="NSGT log spectrogram of the sound that comes out" />
      </Stage>
    </>
  );
}

interface HearProps {
  readonly voice: number;
  readonly file: string;
  readonly label: string;
}

function Hear({ voice, file, label }: HearProps) {
  const { player, store } = usePage();
  const hear = () =>
    void decode(fileOf(file))
      .then((buffer) => player.hear(voice, buffer))
      .catch((error: unknown) => store.reportError(error));
  return (
    <button type="button" class="framed how-hear" onClick={hear}>
      <Icon name="hear" /> {label}
    </button>
  );
}

function Levels({ of, says }: { readonly of: LevelPicture; readonly says: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  useLayoutEffect(() => {
    const [low, high] = dark ? (["#0a0d14", "#ffd166"] as const) : (["#f6f4ef", "#3b2503"] as const);
    drawLevels(canvas.current!, of.bands, of.frames, levelsOf(of), channelsOf(low), channelsOf(high));
  }, [of, dark]);
  return (
    <figure>
      <canvas ref={canvas} class="how-levels" role="img" aria-label={`${says}, ${saidPicture(of)}`} />
      <figcaption>{says}</figcaption>
    </figure>
  );
}

interface CodeProps {
  readonly voice: number;
  readonly sound: ExplainedSound;
  readonly inks: Inks;
}

function Code({ voice, sound: { point, detail }, inks }: CodeProps) {
  return (
    <Stage
      title="3. The code: a point and a detail"
      size={`2 + ${detail.length.toLocaleString("en-GB")} values`}
      says="The encoder puts the sound at a point of its voice's map. The detail keeps what two numbers cannot: principal components of the log spectrogram, and what these leave out."
      docs="soundModel"
    >
      <div class="how-places">
        <SoundPlace voice={voice} point={point} />
        <figure>
          <div class="how-numbers is-tall" role="img" aria-label={`Detail of ${detail.length} numbers, the largest of them ${Math.max(0, ...detail.map(Math.abs)).toFixed(1)}`}>
            <CanvasLayer class="how-canvas" from={[detail, inks]} draw={(pen, size) => drawNumbers(pen, size, [[detail, inks.quiet]], inks.line)} />
          </div>
          <figcaption>The detail, a column a number</figcaption>
        </figure>
      </div>
    </Stage>
  );
}

function SoundPlace({ voice, point }: { readonly voice: number; readonly point: Point }) {
  const { store, soundActions } = usePage();
  const dark = useDark();
  const map = store.sounds.maps.value[voice];
  const { colour = "#888888", name = "" } = store.voices.value[voice] ?? {};
  useEffect(() => void soundActions.loadMap(voice), [voice]);
  return (
    <figure>
      <div class={`how-map ink-${voice}`} role="img" aria-label={`${titled(name)} sound map: the sound lies at ${formatPoint(point)}`}>
        <CanvasLayer
          class="how-canvas"
          from={[map, dark, colour]}
          draw={(canvas, { width: size, scale }) => map && drawSoundMap(canvas, map, { size, scale, dark, colour, by: "brightness", most: MOST_DOTS })}
        />
        <span class="how-here" style={at(point)} />
      </div>
      <figcaption>{formatPoint(point)}</figcaption>
    </figure>
  );
}
