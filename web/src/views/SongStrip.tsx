/** The song as a strip: its parts as long as they last, the playhead over them. */

import { useSignalEffect } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { naturalBars } from "../rules/plan";
import type { SongPart } from "../rules/project";
import { firstBarOf, MORPH_BARS, partAt, sceneName } from "../rules/song";
import { Icon } from "./Icon";
import { NumberField } from "./NumberField";
import { usePage } from "./page";
import { Popover } from "./Popover";
import { useRoving } from "./roving";
import { sceneColour } from "./SceneTiles";
import { dragged, draggable } from "./songDrag";

const formatBars = (count: number): string => (count === 1 ? "1 bar" : `${count} bars`);

/** Once there is a scene, there is a strip to drag it to. */
export function SongStrip() {
  const { song, scenes } = usePage().store.project.value;
  return song.length > 0 || scenes.some(Boolean) ? <Strip /> : null;
}

function Strip() {
  const { store, scenes, player } = usePage();
  const { song } = store.project.value;
  const playing = store.playsSong.value;
  const strip = useRef<HTMLOListElement>(null);
  const roving = useRoving(strip, ".song-part button");
  const [opened, setOpened] = useState<{ place: number; anchor: Element } | null>(null);
  const drag = dragged.value;
  const focus = (place: number) => requestAnimationFrame(() => strip.current?.querySelectorAll<HTMLElement>(".song-part button")[place]?.focus());
  const play = (place: number) => {
    scenes.playSong(place);
    if (!store.playing.value) void player.play();
  };
  return (
    <div class="song" role="group" aria-label="Song">
      <button
        type="button"
        class="song-play"
        aria-label={playing ? "Leave the song" : "Play the song"}
        aria-pressed={playing}
        title={playing ? "Go on with the scene that sounds" : "Play the song from its beginning"}
        disabled={song.length === 0}
        onClick={() => (playing ? scenes.leaveSong() : play(0))}
      >
        <Icon name={playing ? "close" : "play"} />
      </button>
      <ol ref={strip} class={`song-parts ${drag ? "is-open" : ""}`} aria-label="Parts of the song" {...roving}>
        {song.length === 0 && <li class="song-empty">Drag scenes here, or “Add to the song” in their menu: one plays after the other</li>}
        {song.map((part, place) => (
          <Part
            key={place}
            part={part}
            place={place}
            dropsHere={drag?.place === place}
            onMoved={focus}
            onMore={(anchor) => setOpened({ place, anchor })}
            play={() => play(place)}
          />
        ))}
        {drag?.place === song.length && song.length > 0 && <li class="song-drop" aria-hidden="true" />}
        <SongPlayhead />
      </ol>
      {drag && (
        <p class="song-dragged" aria-hidden="true" style={{ left: `${drag.x}px`, top: `${drag.y}px` }}>
          {drag.label}
        </p>
      )}
      <Popover anchor={opened?.anchor ?? null} label={opened ? `Part ${opened.place + 1} of the song` : "Part"} onClose={() => setOpened(null)}>
        {opened && song[opened.place] && <PartMenu part={song[opened.place]!} place={opened.place} play={() => play(opened.place)} close={() => setOpened(null)} />}
      </Popover>
    </div>
  );
}

interface PartProps {
  readonly part: SongPart;
  readonly place: number;
  readonly dropsHere: boolean;
  readonly onMoved: (to: number) => void;
  readonly onMore: (anchor: Element) => void;
  readonly play: () => void;
}

/** What a part is, in words: "Part 2, lift, 8 bars, fill at its end, morphs over 4 bars". */
function describePart(name: string, { bars, fill, morph_bars: morph }: SongPart, place: number): string {
  return [`Part ${place + 1}`, name, formatBars(bars), ...(fill ? ["fill at its end"] : []), ...(morph > 0 ? [`morphs over its last ${formatBars(morph)}`] : [])].join(", ");
}

/** The next choice of bars of a morph. */
const nextMorph = ({ bars, morph_bars: now }: SongPart): number => MORPH_BARS.find((each) => each > now && each <= bars) ?? 0;

function Part({ part, place, dropsHere, onMoved, onMore, play }: PartProps) {
  const { store, scenes } = usePage();
  const { bars, fill, morph_bars: morph } = part;
  const name = sceneName(store.project.value.scenes[part.scene], part.scene);
  const sounds = store.playsSong.value && store.heard.value !== null && partAt(store.project.value, store.heardIndex.value)?.place === place;
  const change = (changes: Partial<SongPart>) => {
    scenes.changePart(place, changes);
    const now = store.project.value.song[place]!;
    store.spoken.value = describePart(name, now, place);
  };
  const last = store.project.value.song.length - 1;
  const act = (event: KeyboardEvent): (() => void) | null => {
    if ((event.altKey || event.shiftKey) && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const to = Math.max(0, Math.min(last, place + (event.key === "ArrowLeft" ? -1 : 1)));
      return () => {
        scenes.movePart(place, to);
        store.spoken.value = `${name} is part ${to + 1}`;
        onMoved(to);
      };
    }
    switch (event.key.toLowerCase()) {
      case "+":
      case "=":
        return () => change({ bars: bars + 1 });
      case "-":
        return () => change({ bars: bars - 1 });
      case "f":
        return () => change({ fill: !fill });
      case "m":
        return () => change({ morph_bars: nextMorph(part) });
      case "p":
        return play;
      case "delete":
      case "backspace":
        return () => {
          scenes.removePart(place);
          onMoved(Math.min(place, last - 1));
        };
      default:
        return null;
    }
  };
  return (
    <li class={`song-part ${sounds ? "is-here" : ""} ${dropsHere ? "drops-here" : ""}`} style={{ flexGrow: bars, "--scene": sceneColour(part.scene), "--morph": `${(100 * morph) / bars}%` }}>
      <button
        type="button"
        aria-label={describePart(name, part, place)}
        aria-current={sounds}
        aria-describedby="song-keys"
        title={`${describePart(name, part, place)}. Click: more. Drag: to another place. P: play from here.`}
        onClick={(event) => onMore(event.currentTarget)}
        onKeyDown={(event) => {
          const does = act(event);
          if (!does || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          event.stopPropagation();
          does();
        }}
        {...draggable("part", place, name, (to) => scenes.movePart(place, to > place ? to - 1 : to))}
      >
        <span class="song-name">{name}</span>
        {fill && <i class="song-fill" data-text="fill" />}
      </button>
      <Edge bars={bars} onBars={(to) => change({ bars: to })} onDone={() => store.settle()} />
      {place === 0 && (
        <span id="song-keys" class="unseen">
          Enter opens more. Plus and minus change the bars, F the fill, M the morph; Shift with arrows moves the part, P plays from it, Delete takes it out.
        </span>
      )}
    </li>
  );
}

/** The right edge of a part: a drag changes its length. */
function Edge({ bars, onBars, onDone }: { readonly bars: number; readonly onBars: (bars: number) => void; readonly onDone: () => void }) {
  const from = useRef<{ x: number; bars: number; width: number } | null>(null);
  return (
    <span
      class="song-edge"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, bars, width: event.currentTarget.parentElement!.getBoundingClientRect().width / bars };
      }}
      onPointerMove={(event) => {
        if (!from.current) return;
        const to = Math.max(1, Math.round(from.current.bars + (event.clientX - from.current.x) / from.current.width));
        if (to !== bars) onBars(to);
      }}
      onPointerUp={() => {
        from.current = null;
        onDone();
      }}
      onPointerCancel={() => (from.current = null)}
    />
  );
}

/** Where the song is, moved without drawing anything else. */
function SongPlayhead() {
  const { store } = usePage();
  const line = useRef<HTMLLIElement>(null);
  useSignalEffect(() => {
    const { playsSong, heard, heardIndex, position, project } = store;
    const all = naturalBars(project.value);
    const on = playsSong.value && heard.value !== null && project.value.song.length > 0;
    const at = on ? (heardIndex.value % all) + (position.value ?? 0) / heard.value!.bar.planned.steps : 0;
    if (!line.current) return;
    line.current.hidden = !on;
    line.current.style.left = `${(100 * at) / all}%`;
  });
  return <li ref={line} class="song-playhead" hidden aria-hidden="true" />;
}

function PartMenu({ part, place, play, close }: { readonly part: SongPart; readonly place: number; readonly play: () => void; readonly close: () => void }) {
  const { store, scenes } = usePage();
  const morphs = [0, ...MORPH_BARS.filter((bars) => bars <= part.bars)];
  const first = firstBarOf(store.project.value, place) + 1;
  return (
    <>
      <p class="popover-title">
        {sceneName(store.project.value.scenes[part.scene], part.scene)}, {part.bars === 1 ? `bar ${first}` : `bars ${first} to ${first + part.bars - 1}`}
      </p>
      <label class="scene-rename">
        Bars
        <NumberField id="part-bars" label="Bars of this part" unit="" value={part.bars} min={1} max={1024} step={1} onValue={(bars) => scenes.changePart(place, { bars })} />
      </label>
      <label class="scene-rename">
        Morph
        <select value={part.morph_bars} onChange={(event) => scenes.changePart(place, { morph_bars: Number(event.currentTarget.value) })}>
          {(morphs.includes(part.morph_bars) ? morphs : [...morphs, part.morph_bars]).map((bars) => (
            <option key={bars} value={bars}>
              {bars === 0 ? "none" : `over its last ${formatBars(bars)}`}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={part.fill} onChange={(event) => scenes.changePart(place, { fill: event.currentTarget.checked })} />
        Fill in its last bar
      </label>
      <button
        type="button"
        data-first
        onClick={() => {
          close();
          play();
        }}
      >
        Play the song from here
      </button>
      <button
        type="button"
        onClick={() => {
          close();
          scenes.removePart(place);
        }}
      >
        Take it out of the song
      </button>
    </>
  );
}
