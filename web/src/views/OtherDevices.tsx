/** Other devices: the link and the code that let a tablet or phone in, and where the sound comes from. */

import { useEffect, useState } from "preact/hooks";
import { fetchDevices } from "../net/api";
import { NOT_CONNECTED } from "../state/liveState";
import { Said } from "./Away";
import { Drawer } from "./Drawer";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";

const CLOSED = "This instrument is open to this computer alone. Start it with clave play --host, and a tablet or phone of your network plays it too.";
/** What browsers keep to pages from this computer or over https. */
const INSECURE =
  "This page comes over plain http from another computer. Maps, pads, sound, scenes and files work here; MIDI ports and copying a link do not: " +
  "browsers keep them to https and to the computer that Clave runs on.";

export function OtherDevices() {
  if (usePage().store.withoutServer.value)
    return (
      <Drawer name="Other devices">
        <NeedsServer what="Playing together with other devices" />
      </Drawer>
    );
  return (
    <Drawer name="Other devices">
      <Sounding />
      {!isSecureContext && <p class="drawer-hint">{INSECURE}</p>}
      <Links />
    </Drawer>
  );
}

/** Who sounds, and the one button that changes it. */
function Sounding() {
  const { store, live } = usePage();
  const { opened, leads, pages } = live.value?.state.value ?? NOT_CONNECTED;
  const other = store.elsewhere.value;
  if (!opened) return null;
  return (
    <div class="drawer-row">
      <p class="midi-state" role="status">
        {leads ? "The sound comes from here." : `The sound comes from the ${other?.where ?? "page that leads"}.`} {pages === 1 ? "No other page is open." : `${pages} pages are open.`}
      </p>
      {other && (
        <button type="button" class="framed" onClick={() => live.value?.takeSound()}>
          Play the sound here
        </button>
      )}
    </div>
  );
}

function Links() {
  const { store } = usePage();
  const [links, setLinks] = useState<readonly string[] | null>(null);
  useEffect(() => {
    fetchDevices().then(({ links }) => setLinks(links), (error: unknown) => store.reportError(error));
  }, []);
  if (links === null) return null;
  if (links.length === 0) return <p class="drawer-hint">{CLOSED}</p>;
  return (
    <>
      <p class="drawer-hint">Scan it with a tablet or phone of the same network. Whoever has the link plays too, until Clave is stopped.</p>
      {links.map((link, index) => (
        <figure key={link} class="device-link">
          <img src={`./api/devices/code.svg?link=${index}`} alt={`Code of the link ${link}`} width={200} height={200} />
          <figcaption>
            <code>{link}</code>
          </figcaption>
        </figure>
      ))}
    </>
  );
}

/** Another page leads: what is done here is heard there, until the player wants the sound here. */
export function SoundElsewhere() {
  const { store, live } = usePage();
  const other = store.elsewhere.value;
  return (
    <div role="status">
      {other && (
        <Said act="Play the sound here" onAct={() => live.value?.takeSound()}>
          {other.playing ? `The sound comes from the ${other.where}${other.bar > 0 ? `, bar ${other.bar}` : ""}.` : `This page plays on the ${other.where}.`}
        </Said>
      )}
    </div>
  );
}
