/** The map of a voice's sounds: a point sets how the voice sounds. Small at the head of its row, large in its sheet. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fromShare, MAP_EDGE, toShare } from "../rules/mapPoint";
import type { Point, SoundMap as SoundMapInfo, VoiceInfo } from "../rules/protocol";
import { requestOf } from "../rules/voiceSound";
import { drawSoundMap } from "../map/soundMapDrawing";
import { describeSource, nameOfMap, nearestSound, formatOrigin, formatHeard } from "../rules/soundWords";
import { usePage } from "./page";
import { useDark } from "./theme";

const NUDGE = (2 * MAP_EDGE) / 100; // 1 % of the map
const HOVER_PX = 8; // how near a sound of the map the pointer must be to name it
const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MOST_DOTS = { small: 260, large: 3000 };

const at = ([x, y]: Point) => ({ left: `${toShare(x) * 100}%`, top: `${(1 - toShare(y)) * 100}%` });

interface SoundMapProps {
  readonly voice: VoiceInfo;
  readonly index: number;
  readonly large?: boolean;
}

export function SoundMap({ voice, index, large = false }: SoundMapProps) {
  const { store, soundActions } = usePage();
  const { sounds: state } = store;
  const frame = useRef<HTMLDivElement>(null);
  const dragging = useRef(false);
  const touched = useRef(false); // by a finger
  const [aimed, setAimed] = useState(false); // a file is dragged over it
  const [hovered, setHovered] = useState<number | null>(null); // the sound of the map under the pointer
  const map = state.maps.value[index];
  const sound = store.groove.value.sounds[index]!;
  const heard = state.heard.value[index];
  const similar = state.similar.value;
  const place = sound.from === "factory" ? null : sound.point;

  const pointUnder = (event: PointerEvent): Point => {
    const box = frame.current!.getBoundingClientRect();
    return [fromShare((event.clientX - box.left) / box.width), fromShare(1 - (event.clientY - box.top) / box.height)];
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    touched.current = event.pointerType === "touch";
    if (!large && touched.current) return; // a finger would hide the small map: a tap opens the large one
    dragging.current = true;
    setHovered(null);
    state.adjusted.value = index;
    frame.current!.setPointerCapture(event.pointerId);
    soundActions.move(index, pointUnder(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (dragging.current) soundActions.move(index, pointUnder(event));
    else if (large) hover(event);
  };
  const hover = (event: PointerEvent) => {
    const point = pointUnder(event);
    const near = map ? nearestSound(map, point) : null;
    const reach = (HOVER_PX * 2 * MAP_EDGE) / frame.current!.clientWidth;
    setHovered(near !== null && Math.hypot(map!.x[near]! - point[0], map!.y[near]! - point[1]) < reach ? near : null);
  };
  const onPointerUp = () => {
    if (!dragging.current) return;
    dragging.current = false;
    store.settle();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    const opens = event.key === "Enter" && !large;
    if (!arrow && !opens) return;
    event.preventDefault();
    event.stopPropagation();
    if (!arrow) return void (state.opened.value = index);
    const [x, y] = place ?? [0, 0];
    const by = NUDGE * (event.shiftKey ? 10 : 1);
    state.adjusted.value = index;
    soundActions.move(index, [x + arrow[0] * by, y + arrow[1] * by]);
  };
  const onDrop = (event: DragEvent) => {
    setAimed(false);
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const file = event.dataTransfer?.files[0];
    if (!file || entries.length !== 1 || entries[0]?.isDirectory) return; // a folder is a whole kit: the page takes it
    event.preventDefault();
    event.stopPropagation();
    state.adjusted.value = index;
    void soundActions.takeFile(index, file);
  };

  return (
    <div
      ref={frame}
      class={`sound-map ink-${index} ${large ? "is-large" : ""} ${sound.locked ? "is-locked" : ""} ${aimed ? "is-aimed" : ""}`}
      role="application"
      aria-roledescription="map"
      aria-label={nameOfMap(voice.name)}
      aria-description={`${heard ? formatHeard(heard) : formatOrigin(sound, store.kitLabel(sound.kit))}. Arrow keys move by 1 percent, with Shift by 10${large ? "" : "; Enter opens it"}. Drop a sound file to play it.`}
      data-voice-map={index}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onPointerLeave={() => setHovered(null)}
      onClick={() => {
        if (!large && touched.current) state.opened.value = index;
      }}
      onDblClick={() => {
        if (!large) state.opened.value = index;
      }}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => {
        if (ARROWS[event.key]) store.settle();
      }}
      onDragOver={() => setAimed(true)}
      onDragLeave={() => setAimed(false)}
      onDrop={onDrop}
    >
      <Dots voice={voice} index={index} most={large ? MOST_DOTS.large : MOST_DOTS.small} />
      {large && place && <Reach point={place} radius={state.radius.value} />}
      {large &&
        similar?.voice === index &&
        similar.sounds.map(
          (each, n) =>
            each.point && (
              <span key={n} class={`similar-sound ${similar.tried === n ? "is-tried" : ""}`} style={at(each.point)} aria-hidden="true">
                {n + 1}
              </span>
            ),
        )}
      {hovered !== null && map && <Label map={map} sound={hovered} />}
      {place && (
        <span
          class={`sound-here ${requestOf(sound) ? "" : "is-file"} ${state.coming.value.has(index) ? "is-coming" : ""}`}
          style={at(place)}
        />
      )}
    </div>
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

/** The static layer: drawn again only when its size, the theme or the descriptor changes. */
function Dots({ voice, index, most }: { readonly voice: VoiceInfo; readonly index: number; readonly most: number }) {
  const { store, soundActions } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState(0);
  const dark = useDark();
  const map = store.sounds.maps.value[index];
  const by = store.sounds.colouredBy.value;

  useEffect(() => void soundActions.loadMap(index), [index]);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize(entry.contentRect.width);
    });
    watch.observe(canvas.current!.parentElement!);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (map && size > 0) drawSoundMap(canvas.current!, map, { size, scale: window.devicePixelRatio || 1, dark, colour: voice.colour, by, most });
  }, [map, size, dark, by, most, voice.colour]);
  return <canvas ref={canvas} class="sound-dots" aria-hidden="true" />;
}
