/** The player's own kits: keep what sounds, come back to it, and to what it was before. */

import { useEffect, useRef, useState } from "preact/hooks";
import { sayMoment } from "../daytime";
import { keptKitId } from "../keptstate";
import type { KeptInfo } from "../protocol";
import { Drawer } from "./Drawer";
import { Icon } from "./Icon";
import { usePage } from "./page";

export const LONGEST_KIT_NAME = 80;

export function KeptKits() {
  return (
    <Drawer name="Kits">
      <Shelf />
    </Drawer>
  );
}

function Shelf() {
  const { store, kept } = usePage();
  const [lockedToo, setLockedToo] = useState(false);
  const list = store.kept.kits.value;
  const locked = store.groove.value.sounds.filter((sound) => sound.locked).length;
  useEffect(() => void kept.refresh(), []);
  return (
    <>
      <Keep />
      {locked > 0 && (list?.length ?? 0) > 0 && (
        <label class="check">
          <input type="checkbox" checked={lockedToo} onChange={(event) => setLockedToo(event.currentTarget.checked)} />
          {locked === 1 ? "load into the locked voice too" : `load into the ${locked} locked voices too`}
        </label>
      )}
      {store.kept.removed.value.map((kit) => (
        <p key={kit.id} class="drawer-row kept-removed">
          <span>{kit.name} is deleted</span>
          <button type="button" class="framed" aria-label={`Bring back ${kit.name}`} onClick={() => void kept.restore(kit)}>
            bring back
          </button>
        </p>
      ))}
      {list?.length === 0 && <p class="drawer-hint">No kit is kept yet.</p>}
      <ul class="kept" aria-label="Kept kits">
        {list?.map((kit) => (
          <Kept key={kit.id} kit={kit} lockedToo={lockedToo} />
        ))}
      </ul>
    </>
  );
}

/** The eight sounds as they are, under a name; a name that is taken gets a next version. */
function Keep() {
  const { store, kept } = usePage();
  const list = store.kept.kits.value ?? [];
  const playing = list.find(({ id }) => id === keptKitId(store.groove.value.kit));
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
        maxLength={LONGEST_KIT_NAME}
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
}

function Kept({ kit, lockedToo }: KeptProps) {
  const { store, kept } = usePage();
  const [naming, setNaming] = useState(false);
  const { id, name, changed, versions } = kit;
  const unfolded = store.kept.unfolded.value?.id === id ? store.kept.unfolded.value.versions : null;
  const here = keptKitId(store.groove.value.kit) === id;
  return (
    <li class={here ? "is-here" : ""}>
      <div class="kept-row">
        {naming ? (
          <NewName kit={kit} onDone={() => setNaming(false)} />
        ) : (
          <button type="button" class="kept-load" aria-label={`Load ${name}`} aria-current={here} onClick={() => void kept.load(id, { lockedToo })}>
            <span class="kept-name">{name}</span>
            <span class="kept-when">{sayMoment(changed)}</span>
          </button>
        )}
        <button
          type="button"
          class="quiet"
          aria-expanded={unfolded !== null}
          aria-label={`Versions of ${name}: ${versions}`}
          title="Versions"
          onClick={() => void kept.unfold(unfolded ? null : id)}
        >
          {versions === 1 ? "1 version" : `${versions} versions`}
        </button>
        <button type="button" class="icon" aria-label={`Rename ${name}`} title="Rename" onClick={() => setNaming(true)}>
          <Icon name="pen" />
        </button>
        <button type="button" class="icon" aria-label={`Delete ${name}`} title="Delete" onClick={() => void kept.remove(kit)}>
          <Icon name="close" />
        </button>
      </div>
      {unfolded && (
        <ol class="kept-versions" aria-label={`Versions of ${name}`}>
          {unfolded.map(({ version, changed: when }) => (
            <li key={version}>
              <button type="button" class="kept-load" aria-label={`Load version ${version} of ${name}`} onClick={() => void kept.load(id, { version, lockedToo })}>
                <span>version {version}</span>
                <span class="kept-when">{sayMoment(when)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </li>
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
      <input ref={field} type="text" aria-label={`New name of ${kit.name}`} maxLength={LONGEST_KIT_NAME} defaultValue={kit.name} />
    </form>
  );
}
