/** The map of a voice's sounds: a point sets how the voice sounds. Small at the head of its row, large in its sheet. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { kindOf } from "../rules/material";
import { MAP_EDGE } from "../rules/mapPoint";
import type { Point, SoundMap as SoundMapInfo, VoiceInfo } from "../rules/protocol";
import { describeSource, formatHeard, formatOrigin, nameOfMap, nearestSound } from "../rules/soundWords";
import { requestOf } from "../rules/voiceSound";
import type { CanvasSize } from "../map/canvas";
import { drawSoundMap } from "../map/soundMapDrawing";
import { CanvasLayer } from "./CanvasLayer";
import { at, isArrow, movedByArrow, pointUnder, unitsOf } from "./mapGestures";
import { usePage } from "./page";
import { SoundPathLayer, useSoundPath } from "./SoundPath";
import { useDark } from "./theme";

const HOVER_PX = 8; // how near a sound of the map the pointer must be to name it
const MOST_DOTS = { small: 260, large: 3000 };

interface SoundMapProps {
  readonly voice: VoiceInfo;
  readonly index: number;
  readonly large?: boolean;
}

type Frame = RefObject<HTMLDivElement | null>;

/** A drag moves the sound of the voice; without a press, the large map names the nearest sound. */
function useSoundPointer(frame: Frame, index: number, large: boolean) {
  const { store, soundActions } = usePage();
  const { sounds: state } = store;
  const dragging = useRef(false);
  const touched = useRef(false); // by a finger
  const [hovered, setHovered] = useState<number | null>(null); // the sound of the map under the pointer
  const map = state.maps.value[index];

  const hover = (event: PointerEvent) => {
    const point = pointUnder(event, frame.current!);
    const near = map ? nearestSound(map, point) : null;
    const distance = near === null ? Infinity : Math.hypot(map!.x[near]! - point[0], map!.y[near]! - point[1]);
    setHovered(distance < unitsOf(HOVER_PX, frame.current!) ? near : null);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    touched.current = event.pointerType === "touch";
    if (!large && touched.current) return; // a finger would hide the small map: a tap opens the large one
    dragging.current = true;
    setHovered(null);
    state.adjusted.value = index;
    frame.current!.setPointerCapture(event.pointerId);
    soundActions.move(index, pointUnder(event, frame.current!));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (dragging.current) soundActions.move(index, pointUnder(event, frame.current!));
    else if (large) hover(event);
  };
  const onPointerUp = () => {
    if (!dragging.current) return;
    dragging.current = false;
    store.settle();
  };
  const open = () => {
    if (!large) state.opened.value = index;
  };
  const handlers = {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel: onPointerUp,
    onPointerLeave: () => setHovered(null),
    onClick: () => touched.current && open(),
    onDblClick: open,
  };
  return { hovered: hovered !== null && map ? { map, sound: hovered } : null, handlers };
}

/** Arrow keys move the sound, Enter opens the large map. */
function useSoundKeys(index: number, large: boolean, point: Point) {
  const { store, soundActions } = usePage();
  const { sounds: state } = store;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = movedByArrow(event, point);
    if (to) {
      state.adjusted.value = index;
      return soundActions.move(index, to);
    }
    if (event.key !== "Enter" || large || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    state.opened.value = index;
  };
  const onKeyUp = (event: KeyboardEvent) => {
    if (isArrow(event)) store.settle();
  };
  return { onKeyDown, onKeyUp };
}

/** A sound file that is dropped on the map plays as this voice. */
function useFileDrop(index: number) {
  const { store, soundActions } = usePage();
  const [aimed, setAimed] = useState(false); // a file is dragged over it
  const onDrop = (event: DragEvent) => {
    setAimed(false);
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const file = event.dataTransfer?.files[0];
    if (!file || entries.length !== 1 || entries[0]?.isDirectory) return; // a folder is a whole kit: the page takes it
    if (kindOf(file.name) === "MIDI file") return; // so are bars
    event.preventDefault();
    event.stopPropagation();
    store.sounds.adjusted.value = index;
    void soundActions.takeFile(index, file);
  };
  return { aimed, handlers: { onDragOver: () => setAimed(true), onDragLeave: () => setAimed(false), onDrop } };
}

export function SoundMap({ voice, index, large = false }: SoundMapProps) {
  const { store } = usePage();
  const { sounds: state } = store;
  const frame = useRef<HTMLDivElement>(null);
  const sound = store.scene.value.kit.voices[index]!;
  const heard = state.heard.value[index];
  const place = sound.from === "factory" ? null : sound.point;
  const pointer = useSoundPointer(frame, index, large);
  const path = useSoundPath(frame, index);
  const drop = useFileDrop(index);
  const keys = useSoundKeys(index, large, place ?? [0, 0]);
  return (
    <div
      ref={frame}
      class={`sound-map ink-${index} ${large ? "is-large" : ""} ${sound.locked ? "is-locked" : ""} ${drop.aimed ? "is-aimed" : ""}`}
      role="application"
      aria-roledescription="map"
      aria-label={nameOfMap(voice.name)}
      aria-description={`${heard ? formatHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit))}. Arrow keys move by 1 percent, with Shift by 10${large ? "" : "; Enter opens it"}. Drop a sound file to play it.`}
      data-voice-map={index}
      tabIndex={0}
      {...pointer.handlers}
      onPointerDown={(event) => path.handlers.down(event) || pointer.handlers.onPointerDown(event)}
      onPointerMove={(event) => path.handlers.move(event) || pointer.handlers.onPointerMove(event)}
      onPointerUp={(event) => path.handlers.up(event) || pointer.handlers.onPointerUp()}
      onPointerCancel={(event) => path.handlers.up(event) || pointer.handlers.onPointerCancel()}
      {...keys}
      {...drop.handlers}
    >
      <Dots voice={voice} index={index} most={large ? MOST_DOTS.large : MOST_DOTS.small} />
      {large && place && <Reach point={place} radius={state.radius.value} />}
      {large && <SimilarPoints index={index} />}
      <SoundPathLayer index={index} drawn={path.drawn} />
      {pointer.hovered && <Label {...pointer.hovered} />}
      {place && <span class={`sound-here ${requestOf(sound) ? "" : "is-file"} ${state.coming.value.has(index) ? "is-coming" : ""}`} style={at(place)} />}
    </div>
  );
}

/** Where the similar sounds lie that can be tried. */
function SimilarPoints({ index }: { readonly index: number }) {
  const similar = usePage().store.sounds.similar.value;
  if (similar?.voice !== index) return null;
  return (
    <>
      {similar.sounds.map(
        (each, n) =>
          each.point && (
            <span key={n} class={`similar-sound ${similar.tried === n ? "is-tried" : ""}`} style={at(each.point)} aria-hidden="true">
              {n + 1}
            </span>
          ),
      )}
    </>
  );
}

/** Where the sound under the pointer comes from. */
function Label({ map, sound }: { readonly map: SoundMapInfo; readonly sound: number }) {
  const [x, y] = [map.x[sound]!, map.y[sound]!];
  return (
    <p class={`map-label ${x > 0 ? "is-left" : ""} ${y > 0 ? "is-below" : ""}`} style={at([x, y])} aria-hidden="true">
      {describeSource(map, sound)}
    </p>
  );
}

/** The radius within which random and similar sounds are drawn. */
function Reach({ point, radius }: { readonly point: Point; readonly radius: number }) {
  const width = `${(radius / MAP_EDGE) * 100}%`;
  return <span class="sound-reach" style={{ ...at(point), width }} />;
}

/** The dots of the sounds. */
function Dots({ voice, index, most }: { readonly voice: VoiceInfo; readonly index: number; readonly most: number }) {
  const { store, soundActions } = usePage();
  const dark = useDark();
  const map = store.sounds.maps.value[index];
  const by = store.sounds.colouredBy.value;
  const { colour } = voice;
  useEffect(() => void soundActions.loadMap(index), [index]);
  const draw = (canvas: HTMLCanvasElement, { width: size, scale }: CanvasSize) => map && drawSoundMap(canvas, map, { size, scale, dark, colour, by, most });
  return <CanvasLayer class="sound-dots" from={[map, dark, by, most, colour]} draw={draw} />;
}
