/** What stays true for a while, said until it is over: the server does not answer, another tab plays, nothing is remembered, the space is poor. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { saveProject } from "../state/projects";
import { usePanels } from "./latePanels";
import { usePage } from "./page";

export function Away() {
  const panels = usePanels();
  return (
    <div class="lasting">
      <ServerAway />
      {panels && <panels.SoundElsewhere />}
      <PlaysElsewhere />
      <NotRemembered />
      <PoorSpace />
    </div>
  );
}

function ServerAway() {
  const { store, server } = usePage();
  const waiting = store.away.value;
  const more = waiting.length > 3 ? ` and ${waiting.length - 3} more` : "";
  if (waiting.length === 0) return null;
  return (
    <Said trouble act="Try now" onAct={() => server.tryNow()}>
      The server does not answer; is clave still running? What is here plays on, and waits for {waiting.slice(0, 3).join(", ")}
      {more}.
    </Said>
  );
}

/** Two tabs may play at once; who wants one stops the other from here. */
function PlaysElsewhere() {
  const { store, tabs, player } = usePage();
  const playHere = () => {
    tabs?.playHere();
    if (!store.playing.value) void player.play();
  };
  return (
    <div role="status">
      {store.playsElsewhere.value && (
        <Said act="Play here" onAct={playHere}>
          Clave plays in another tab{store.playing.value ? ", too" : ""}.
        </Said>
      )}
    </div>
  );
}

function NotRemembered() {
  const { store } = usePage();
  const [put, setPut] = useState(false); // away: it is said once
  if (!store.unstored.value || put) return null;
  const saveIt = () => {
    saveProject(store);
    setPut(true);
  };
  return (
    <Said trouble act="Save as a file" onAct={saveIt}>
      This browser keeps no more of what you play: its storage is full, or closed to pages. Playing goes on, but a reload forgets the latest changes.
    </Said>
  );
}

/** A space that is no good is not played without saying so. */
function PoorSpace() {
  const { store } = usePage();
  const [put, setPut] = useState(false);
  const { space, sound } = store.instrument.value ?? {};
  const poor = [space, sound].find((each) => each?.verdict?.playable === false);
  if (!poor || put) return null;
  const openLearn = () => {
    store.drawer.value = "Learn";
    setPut(true);
  };
  return (
    <Said trouble act="Learn" onAct={openLearn}>
      The space that plays is not good enough: {poor.verdict?.says}
    </Said>
  );
}

interface SaidProps {
  readonly trouble?: boolean;
  readonly act: string;
  readonly onAct: () => void;
  readonly children: ComponentChildren;
}

export function Said({ trouble = false, act, onAct, children }: SaidProps) {
  return (
    <p class={`notice ${trouble ? "is-error" : ""}`} {...(trouble ? { role: "alert" } : {})}>
      <span>{children}</span>
      <button type="button" class="framed" onClick={onAct}>
        {act}
      </button>
    </p>
  );
}
