/** The bar that plays, on its way: matrix, place on the map and detail, the decoder's answer. */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { saidBarSize, saidCompared, saidDetail, saidDifferences, saidEllipse, saidMatrix, saidPlaceSize } from "../rules/explainWords";
import { MAP_EDGE } from "../rules/mapPoint";
import type { BarPattern, ComparedBar, ExplainedBar, Point } from "../rules/protocol";
import { formatCoordinate, formatPoint } from "../rules/summary";
import { stepsPerBar } from "../rules/units";
import { serverExplain } from "../net/explain";
import { drawAnswer, drawMatrix, drawNumbers, drawPlaces, type Inks, type MapWindow, type MatrixPart } from "../map/explainDrawing";
import { BarExplanation } from "../state/explanation";
import { CanvasLayer } from "./CanvasLayer";
import { Choice } from "./Choice";
import { at, byArrows, pointUnder } from "./mapGestures";
import { Stage, Trouble, useInks, useOnce } from "./HowStage";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import { Slider } from "./Slider";

interface PartProps {
  readonly explanation: BarExplanation;
  readonly inks: Inks;
}

export function HowBar() {
  const { store } = usePage();
  const inks = useInks();
  const explanation = useOnce(() => new BarExplanation(store, serverExplain));
  useEffect(() => explanation.follow(), []);
  const encoded = explanation.encoded.value;
  return (
    <>
      <Trouble text={explanation.trouble.value} />
      {inks && <Input inks={inks} />}
      {inks && encoded && (
        <>
          {encoded.answer ? <Place explanation={explanation} inks={inks} answer={encoded.answer} /> : <PlaceAlone explanation={explanation} inks={inks} />}
          {encoded.answer && <Detail inks={inks} answer={encoded.answer} />}
          <Answer explanation={explanation} inks={inks} pattern={encoded.pattern} again={encoded.answer?.again ?? null} />
        </>
      )}
    </>
  );
}

const PARTS: readonly (readonly [MatrixPart, string])[] = [
  ["hits", "Hits: struck or not"],
  ["velocity", "Velocity: how hard"],
  ["timing", "Timing: early or late, drawn three times as wide"],
];

function Input({ inks }: { readonly inks: Inks }) {
  const { store } = usePage();
  const pattern = store.shown.value;
  return (
    <Stage
      title="1. The bar"
      size={saidBarSize(pattern)}
      says="The encoder reads the bar as three tables: a row for each voice, a column for each of 64 steps to a whole note. Change a cell of the grid, and they change."
      docs="encoder"
    >
      <div class="how-three">
        {PARTS.map(([part, words]) => (
          <figure key={part}>
            <Matrix label={saidMatrix(words, pattern, store.voices.value)} steps={stepsPerBar(pattern.meter)} from={[pattern, inks]} draw={(canvas, size) => drawMatrix(canvas, size, pattern, part, inks)} />
            <figcaption>{words}</figcaption>
          </figure>
        ))}
      </div>
    </Stage>
  );
}

interface MatrixProps {
  readonly label: string;
  readonly steps: number;
  readonly from: readonly unknown[];
  readonly draw: Parameters<typeof CanvasLayer>[0]["draw"];
}

/** A table of 8 rows, the names of the voices beside it, a line where the music is. */
function Matrix({ label, steps, from, draw }: MatrixProps) {
  const { store } = usePage();
  const line = useRef<HTMLElement>(null);
  useSignalEffect(() => {
    const position = store.position.value;
    const element = line.current;
    if (!element) return;
    element.hidden = position === null || position >= steps;
    element.style.left = `${(100 * (position ?? 0)) / steps}%`;
  });
  return (
    <div class="how-matrix" role="img" aria-label={label}>
      <div class="how-voices" aria-hidden="true">
        {store.voices.value.map(({ name }, voice) => (
          <span key={name} class={`ink-${voice}`}>
            {name}
          </span>
        ))}
      </div>
      <div class="how-cells">
        <CanvasLayer class="how-canvas" from={from} draw={draw} />
        <i ref={line} class="how-now" hidden />
      </div>
    </div>
  );
}

const WHOLE: MapWindow = { centre: [0, 0], half: MAP_EDGE };
const NEAREST = 0.25; // half the side of the near view at least, map units
const NEAR_DEVIATIONS = 3.5;

function Place({ explanation, inks, answer }: PartProps & { readonly answer: ExplainedBar }) {
  const { store } = usePage();
  const { guess, point, posterior } = answer;
  const near: MapWindow = { centre: posterior.centre, half: Math.max(NEAREST, NEAR_DEVIATIONS * posterior.radii[0]) };
  const corpus = store.corpus.value;
  const picture = { corpus, ellipse: posterior, guess, found: point };
  return (
    <Stage
      title="2. The encoder: a place on the map"
      size={saidPlaceSize(answer)}
      says="A network guesses where the bar lies (cross). A search over the whole map then finds the point that explains its hits best (dot). The ellipse is one standard deviation of where it may lie: small means sure."
      docs="encoder"
    >
      <div class="how-places">
        <figure>
          <HeldPoint explanation={explanation}>
            <CanvasLayer class="how-canvas" from={[answer, corpus, inks]} draw={(canvas, shape) => drawPlaces(canvas, shape, { window: WHOLE, ...picture }, inks)} />
          </HeldPoint>
          <figcaption>The whole map: press or drag to move the point</figcaption>
        </figure>
        <figure>
          <div class="how-map" role="img" aria-label={`The bar lies at ${saidEllipse(posterior)}; the network's guess is ${formatPoint(guess)}, the search's point ${formatPoint(point)}`}>
            <CanvasLayer class="how-canvas" from={[answer, corpus, inks]} draw={(canvas, shape) => drawPlaces(canvas, shape, { window: near, ...picture }, inks)} />
          </div>
          <figcaption>From near by, {(2 * near.half).toFixed(2)} wide</figcaption>
        </figure>
        <p>
          Guess of the network: {formatPoint(guess)}.
          <br />
          Found by the search: {formatPoint(point)}.
          <br />
          Mean: {saidEllipse(posterior)}.
        </p>
      </div>
    </Stage>
  );
}

/** In a page without a server, which has no encoder. */
function PlaceAlone({ explanation, inks }: PartProps) {
  const { store } = usePage();
  const corpus = store.corpus.value;
  return (
    <Stage title="2. A place on the map" size="2 values" says="The bar was made at this point of the map." docs="latent">
      <NeedsServer what="The encoder, which finds the place of any bar" />
      <div class="how-places">
        <figure>
          <HeldPoint explanation={explanation}>
            <CanvasLayer class="how-canvas" from={[corpus, inks]} draw={(canvas, shape) => drawPlaces(canvas, shape, { window: WHOLE, corpus, ellipse: null, guess: null, found: null }, inks)} />
          </HeldPoint>
          <figcaption>The whole map: press or drag to move the point</figcaption>
        </figure>
      </div>
    </Stage>
  );
}

interface HeldPointProps {
  readonly explanation: BarExplanation;
  readonly children: preact.ComponentChildren;
}

/** The map on which the decoder's point is moved. */
function HeldPoint({ explanation, children }: HeldPointProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState(false);
  const point = explanation.point.value;
  const take = (event: PointerEvent) => explanation.hold(pointUnder(event, frame.current!));
  return (
    <div
      ref={frame}
      class="how-map is-moved"
      role="application"
      aria-roledescription="map"
      aria-label="Point that is decoded"
      aria-description={`${point ? formatPoint(point) : ""}. Arrow keys move it by 1 percent, with Shift by 10.`}
      tabIndex={0}
      {...byArrows(
        () => explanation.point.peek() ?? [0, 0],
        (to) => explanation.hold(to),
        () => undefined,
      )}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        frame.current!.setPointerCapture(event.pointerId);
        setDragging(true);
        take(event);
      }}
      onPointerMove={(event) => dragging && take(event)}
      onPointerUp={() => setDragging(false)}
      onPointerCancel={() => setDragging(false)}
    >
      {children}
      {point && <span class={`how-here ${explanation.held.value ? "is-held" : ""}`} style={at(point)} />}
    </div>
  );
}

function Detail({ inks, answer }: { readonly inks: Inks; readonly answer: ExplainedBar }) {
  const { feel, strokes } = answer;
  return (
    <Stage
      title="3. The encoder: the detail"
      size={saidDetail(answer)}
      says="Two numbers cannot hold a bar. The lower level of the code keeps the rest: how the strokes are played, how many there are, and which cells are struck."
      docs="latent"
    >
      {strokes.length > 0 && (
        <figure>
          <div class="how-numbers" role="img" aria-label={`Detail: feel ${feel.map((each) => each.toFixed(1)).join(" ")}; number of strokes, in deviations from the mean, ${strokes[0]!.toFixed(1)}; components ${strokes.slice(1).map((each) => each.toFixed(1)).join(" ")}`}>
            <CanvasLayer
              class="how-canvas"
              from={[answer, inks]}
              draw={(canvas, size) => drawNumbers(canvas, size, [[feel, inks.accent], [strokes.slice(0, 1), inks.ink], [strokes.slice(1), inks.quiet]], inks.line)} // prettier-ignore
            />
          </div>
          <figcaption>A column is one number, up or down from zero: first the feel, then the number of strokes, then the components</figcaption>
        </figure>
      )}
    </Stage>
  );
}

type Answered = "likely" | "drawn" | "again";

const ANSWERS: Readonly<Record<Answered, string>> = { likely: "Likely bar", drawn: "Draw", again: "Map and detail" };
const SAID: Readonly<Record<Answered, string>> = {
  likely: "The map decoder gives the probability of a hit in each cell (brightness). Cells above the threshold sound, and the likeliest of the rest until the bar has enough strokes.",
  drawn: "The token prior draws the bar from left to right at random, sixteenth by sixteenth, each by what came before it. Brightness is still the map decoder's probability.",
  again: "With the detail, the bar comes back almost stroke for stroke, wherever the point is moved: the detail holds the strokes.",
};

interface AnswerProps extends PartProps {
  readonly pattern: BarPattern;
  readonly again: ComparedBar | null; // null: the bar was not encoded
}

function Answer({ explanation, inks, pattern, again }: AnswerProps) {
  const { store, actions, player } = usePage();
  const [which, setWhich] = useState<Answered>("likely");
  const decoded = explanation.decoded.value;
  const point = explanation.point.value;
  const steps = stepsPerBar(pattern.meter);
  if (!decoded || !point || decoded.probability[0]?.length !== steps) return null;
  const bar = which === "again" && again ? again : decoded[which === "again" ? "likely" : which];
  const probability = which === "again" ? null : decoded.probability;
  const play = () => {
    actions.goTo(point);
    actions.settle();
    explanation.letGo();
    if (!store.playing.value) void player.play();
  };
  return (
    <Stage title="4. The decoder: a bar again" size={which === "again" ? undefined : `8 × ${steps} probabilities, threshold ${decoded.threshold.toFixed(2)}`} says={SAID[which]} docs="decoder">
      <p class="drawer-row">
        <Choice label="Answer of the decoder" options={again ? ["likely", "drawn", "again"] : ["likely", "drawn"]} words={ANSWERS} value={which} onChoose={setWhich} />
        {which === "drawn" && (
          <button type="button" class="framed" onClick={() => (explanation.seed.value += 1)}>
            Draw again
          </button>
        )}
      </p>
      <Matrix
        label={`The decoder's answer: ${saidCompared(bar)}; ${saidDifferences(bar, store.voices.value)}`}
        steps={steps}
        from={[bar, probability, inks, steps]}
        draw={(canvas, size) => drawAnswer(canvas, size, steps, probability, bar, inks)}
      />
      <p class="how-f1" data-testid="how-f1">
        {saidCompared(bar)}
      </p>
      <p class="drawer-hint">| the same, + gained, × lost. Hit F1 is the mean of two shares: of its hits, how many are the bar's; of the bar's, how many it has.</p>
      <MovePoint explanation={explanation} point={point} />
      {which === "drawn" && (
        <Slider label="variation" name="Variation of the draw" min={0} max={1} step={0.05} value={explanation.variation.value} valueText={`${Math.round(100 * explanation.variation.value)} %`} onValue={(to) => (explanation.variation.value = to)} />
      )}
      <p class="drawer-row">
        <button type="button" class="framed" disabled={explanation.held.value === null} onClick={() => explanation.letGo()}>
          Back to its own point
        </button>
        <button type="button" class="framed" onClick={play}>
          Play this point
        </button>
      </p>
    </Stage>
  );
}

function MovePoint({ explanation, point: [x, y] }: { readonly explanation: BarExplanation; readonly point: Point }) {
  const axis = (label: string, value: number, move: (to: number) => Point) => (
    <Slider
      label={label}
      name={`Decoded point, ${label}`}
      centred
      min={-MAP_EDGE}
      max={MAP_EDGE}
      step={(2 * MAP_EDGE) / 200}
      value={value}
      valueText={formatCoordinate(value)}
      onValue={(to) => explanation.hold(move(to))}
    />
  );
  return (
    <div class="how-axes" role="group" aria-label="Move the point">
      {axis("x", x, (to) => [to, y])}
      {axis("y", y, (to) => [x, to])}
    </div>
  );
}
