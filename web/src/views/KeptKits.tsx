/** The drawer of the player's own kits: keep the present one, load one or an earlier version of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { keptKitId } from "../rules/kitNames";
import { type KeptInfo, type KeptVersion, MAX_KIT_NAME_LENGTH } from "../rules/protocol";
import { Drawer } from "./Drawer";
import { Icon, IconButton } from "./Icon";
import { KitCharacter } from "./KitCharacter";
import { formatMoment } from "./moment";
import { usePage } from "./page";

export function KeptKits() {
  return (
    <Drawer name="Kits">
      <KitList />
    </Drawer>
  );
}

function KitList() {
  const { store, kept, soundActions } = usePage();
  const [lockedToo, setLockedToo] = useState(false);
  const back = useRef<number | null>(null); // the kit that was brought back last: the focus follows it
  const list = store.kept.kits.value;
  const { voices } = store.scene.value.kit;
  const free = voices.filter((sound) => !sound.locked);
  const locked = voices.length - free.length;
  useEffect(() => void kept.refresh(), []);
  return (
    <>
      <KitCharacter />
      <Keep />
      <label class="check" title="Soft strokes sound soft: darker drums, shorter hats. Off: only less loud">
        <input type="checkbox" checked={free.every((sound) => sound.velocity_layers)} disabled={free.length === 0} onChange={(event) => soundActions.layer(event.currentTarget.checked)} />
        velocity layers for all voices
      </label>
      {locked > 0 && (list?.length ?? 0) > 0 && (
        <label class="check">
          <input type="checkbox" checked={lockedToo} onChange={(event) => setLockedToo(event.currentTarget.checked)} />
          {locked === 1 ? "load into the held voice too" : `load into the ${locked} held voices too`}
        </label>
      )}
      {store.kept.removed.value.map((kit) => (
        <Removed
          key={kit.id}
          kit={kit}
          onBack={() => {
            back.current = kit.id;
            void kept.restore(kit);
          }}
        />
      ))}
      {list?.length === 0 && <p class="drawer-hint">No kit is kept yet.</p>}
      <ul class="kept" aria-label="Kept kits">
        {list?.map((kit) => (
          <Kept key={kit.id} kit={kit} lockedToo={lockedToo} focused={back.current === kit.id} />
        ))}
      </ul>
    </>
  );
}

function Removed({ kit, onBack }: { readonly kit: KeptInfo; readonly onBack: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []); // the one that deleted it is gone
  return (
    <p class="drawer-row kept-removed">
      <span>{kit.name} is deleted</span>
      <button ref={button} type="button" class="framed" onClick={onBack}>
        bring back<span class="unseen"> {kit.name}</span>
      </button>
    </p>
  );
}

/** The eight sounds as they are, under a name; a name that is taken gets a next version. */
function Keep() {
  const { store, kept } = usePage();
  const list = store.kept.kits.value ?? [];
  const playing = list.find(({ id }) => id === keptKitId(store.scene.value.kit.name));
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const name = (typed ?? playing?.name ?? "").trim();
  const taken = list.find((kit) => kit.name === name);
  const keep = async () => {
    setBusy(true);
    if (await kept.keep(name)) setTyped(null);
    setBusy(false);
  };
  return (
    <form
      class="drawer-row keep"
      onSubmit={(event) => {
        event.preventDefault();
        if (name && !busy) void keep();
      }}
    >
      <input
        type="text"
        aria-label="Name of the kit"
        placeholder="name of this kit"
        maxLength={MAX_KIT_NAME_LENGTH}
        value={typed ?? playing?.name ?? ""}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <button type="submit" class="framed" disabled={!name || busy}>
        {taken ? `Keep version ${taken.versions + 1}` : "Keep kit"}
      </button>
    </form>
  );
}

interface KeptProps {
  readonly kit: KeptInfo;
  readonly lockedToo: boolean;
  readonly focused: boolean; // from its beginning
}

function Kept({ kit, lockedToo, focused }: KeptProps) {
  const { store, kept } = usePage();
  const [naming, setNaming] = useState(false);
  const loading = useRef<HTMLButtonElement>(null);
  const renaming = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) loading.current?.focus();
  }, []);
  const named = () => {
    renaming.current?.focus();
    setNaming(false);
  };
  const { id, name, changed, versions } = kit;
  const unfolded = store.kept.unfolded.value?.id === id ? store.kept.unfolded.value.versions : null;
  const here = keptKitId(store.scene.value.kit.name) === id;
  return (
    <li class={here ? "is-here" : ""}>
      <div class="kept-row">
        {/* keys, so that no button becomes another one, focus and all, when the first changes */}
        {naming ? (
          <NewName key="name" kit={kit} onDone={named} />
        ) : (
          <button key="load" ref={loading} type="button" class="kept-load" aria-current={here} onClick={() => void kept.load(id, { lockedToo })}>
            <span class="unseen">Load </span>
            <span class="kept-name">{name}</span>
            <span class="kept-when">{formatMoment(changed)}</span>
          </button>
        )}
        <button
          key="versions"
          type="button"
          class="quiet"
          aria-expanded={unfolded !== null}
          onClick={() => void kept.unfold(unfolded ? null : id)}
        >
          {versions === 1 ? "1 version" : `${versions} versions`}
          <span class="unseen"> of {name}</span>
        </button>
        <button key="rename" ref={renaming} type="button" class="icon" aria-label={`Rename ${name}`} title="Rename" onClick={() => setNaming(true)}>
          <Icon name="pen" />
        </button>
        <IconButton key="delete" icon="close" label={`Delete ${name}`} title="Delete" onClick={() => void kept.remove(kit)} />
      </div>
      {unfolded && <Versions kit={kit} versions={unfolded} lockedToo={lockedToo} />}
    </li>
  );
}

/** A button for each version, the latest first. */
function Versions({ kit: { id, name }, versions, lockedToo }: { readonly kit: KeptInfo; readonly versions: readonly KeptVersion[]; readonly lockedToo: boolean }) {
  const { kept } = usePage();
  return (
    <ol class="kept-versions" aria-label={`Versions of ${name}`}>
      {versions.map(({ version, changed }) => (
        <li key={version}>
          <button type="button" class="kept-load" onClick={() => void kept.load(id, { version, lockedToo })}>
            <span class="unseen">Load </span>
            <span>version {version}</span>
            <span class="unseen"> of {name}</span>
            <span class="kept-when">{formatMoment(changed)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Enter takes the new name, Escape leaves the old one. */
function NewName({ kit, onDone }: { readonly kit: KeptInfo; readonly onDone: () => void }) {
  const { kept } = usePage();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form
      class="kept-naming"
      onSubmit={(event) => {
        event.preventDefault();
        const name = field.current?.value.trim() ?? "";
        if (name === "" || name === kit.name) return onDone();
        void kept.rename(kit.id, name).then((done) => done && onDone());
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onDone();
      }}
    >
      <input ref={field} type="text" aria-label={`New name of ${kit.name}`} maxLength={MAX_KIT_NAME_LENGTH} defaultValue={kit.name} />
    </form>
  );
}
