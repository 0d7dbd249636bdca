/** The scenes as large tiles: one is launched by a click, an empty one keeps what sounds. */

import { useRef, useState } from "preact/hooks";
import type { Scene } from "../rules/project";
import { pointOf } from "../rules/scene";
import { describeScene, kitTrouble, MORPH_BARS, openingBar, sceneName, tilesOf } from "../rules/song";
import { formatStyle } from "../rules/styleBlend";
import { describeBar } from "../rules/summary";
import type { Store } from "../state/store";
import { BarDots } from "./BarDots";
import { usePage } from "./page";
import { Popover } from "./Popover";
import { useRoving } from "./roving";
import { draggable } from "./songDrag";

/** The chosen style, else that of the nearest bar. */
function styleOf(scene: Scene, { nearby, corpus }: Store): string {
  if (scene.settings.style !== null) return formatStyle(scene.settings.style);
  const near = nearby.value?.nearest(pointOf(scene), 1)[0];
  return corpus.value && near ? describeBar(corpus.value, near.index).style : scene.settings.section;
}

export function SceneTiles() {
  const { store } = usePage();
  const list = useRef<HTMLOListElement>(null);
  const tiles = tilesOf(store.project.value);
  const roving = useRoving(list, ".scene-play, .scene-keep");
  const [opened, setOpened] = useState<{ slot: number; anchor: Element } | null>(null);
  return (
    <>
      <ol ref={list} class="scenes" aria-label="Scenes" {...roving}>
        {tiles.map((scene, slot) => (
          <li key={slot}>
            <Tile
              scene={scene}
              slot={slot}
              onKeyDown={(event) => {
                if (scene === null) return;
                if (event.key !== "m" && event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
                event.preventDefault();
                event.stopPropagation();
                setOpened({ slot, anchor: event.currentTarget as Element });
              }}
              onMore={(anchor) => setOpened(opened?.slot === slot ? null : { slot, anchor })}
            />
          </li>
        ))}
      </ol>
      <Popover anchor={opened?.anchor ?? null} label={opened ? `More of ${sceneName(tiles[opened.slot], opened.slot)}` : "More"} onClose={() => setOpened(null)}>
        {opened && tiles[opened.slot] && <TileMenu scene={tiles[opened.slot]!} slot={opened.slot} close={() => setOpened(null)} />}
      </Popover>
    </>
  );
}

interface TileProps {
  readonly scene: Scene | null;
  readonly slot: number;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onMore: (anchor: Element) => void;
}

function Tile({ scene, slot, onMore, onKeyDown }: TileProps) {
  const { store, scenes, player } = usePage();
  const number = slot + 1;
  if (scene === null)
    return (
      <button type="button" class="scene-keep" aria-label={`Keep in scene ${number}`} title={`Keep what sounds (Shift+${number})`} onClick={() => scenes.keep(slot)}>
        + keep
      </button>
    );
  const { morph, launch } = store;
  const name = sceneName(scene, slot);
  const here = store.slotHeard.value === slot;
  const next = launch.value?.slot === slot || morph.value?.slot === slot;
  const state = next ? (morph.value ?? launch.value?.morph ? "morphing" : "next") : here && store.slotChanged.value ? "changed" : null;
  const trouble = store.kits.value.length === 0 ? null : kitTrouble(scene, new Set(store.kits.value.map((kit) => kit.name)));
  const what = describeScene(scene, styleOf(scene, store));
  return (
    <div class={`scene ${here ? "is-here" : ""} ${next ? "is-next" : ""}`} style={{ "--scene": sceneColour(slot) }}>
      <button
        type="button"
        class="scene-play"
       
        aria-label={[`Play scene ${number}`, ...(scene.name ? [scene.name] : []), trouble ?? what, ...(state ? [state] : [])].join(", ")}
        aria-current={here}
        aria-keyshortcuts={number <= 8 ? String(number) : undefined}
        title={trouble ?? `Click: play from the next ${store.project.value.quantum}. Drag: into the song. M: more.`}
        onClick={() => {
          scenes.launch(slot);
          if (!store.playing.value) void player.play();
        }}
        onKeyDown={onKeyDown}
        {...draggable("scene", slot, name, (place) => scenes.addPart(slot, place))}
      >
        <b class="scene-name">{name}</b>{" "}
        <span class={`scene-what ${trouble ? "is-trouble" : ""}`}>{trouble ?? what}</span>{" "}
        <BarDots pattern={store.strokesOf(openingBar(scene))} />
        {state && <em class="scene-state">{state}</em>}
      </button>
      <button type="button" class="scene-more" tabIndex={-1} aria-label={`More of scene ${number}`} onClick={(event) => onMore(event.currentTarget)}>
        ⋯
      </button>
    </div>
  );
}

/** A colour of its own for each scene, calm on dark and light. */
export const sceneColour = (slot: number): string => `oklch(62% 0.075 ${(70 + slot * 47) % 360})`;

function TileMenu({ scene, slot, close }: { readonly scene: Scene; readonly slot: number; readonly close: () => void }) {
  const { store, scenes } = usePage();
  const song = store.project.value.song;
  const part = song.findIndex((each) => each.scene === slot);
  const item = (words: string, act: () => void, disabled = false) => (
    <button
      type="button"
      disabled={disabled}
      onClick={() => {
        close();
        act();
      }}
    >
      {words}
    </button>
  );
  return (
    <>
      <label class="scene-rename">
        Name
        <input
          data-first
          type="text"
          maxLength={40}
          value={scene.name}
          placeholder={sceneName({ ...scene, name: "" }, slot)}
          onChange={(event) => scenes.rename(slot, event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && (scenes.rename(slot, event.currentTarget.value), close())}
        />
      </label>
      {item("Keep what sounds here", () => scenes.keep(slot))}
      <div class="scene-morph" role="group" aria-label="Morph to it over so many bars">
        <span>Morph over</span>
        {MORPH_BARS.map((bars) => (
          <button
            key={bars}
            type="button"
            disabled={!store.playing.value}
            aria-label={`Morph to it over ${bars === 1 ? "1 bar" : `${bars} bars`}`}
            onClick={() => {
              close();
              scenes.morphTo(slot, bars);
            }}
          >
            {bars}
          </button>
        ))}
        <span>bars</span>
      </div>
      {item("Then: after what plays", () => scenes.playThen(slot))}
      {item("Add to the song", () => scenes.addPart(slot))}
      {item("Play the song from here", () => scenes.playSong(part), part < 0)}
      {item("Duplicate", () => scenes.duplicate(slot))}
      {item("Clear", () => scenes.clear(slot))}
    </>
  );
}
