/** The page on one screen: the map is the stage, the voices a sheet beside it, the scenes below. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import { AboutThisBar } from "./AboutThisBar";
import { Away } from "./Away";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { Help } from "./Help";
import { IconButton } from "./Icon";
import { KeptKits } from "./KeptKits";
import { MapView } from "./MapView";
import { MaterialPanel } from "./MaterialPanel";
import { MidiPanel } from "./MidiPanel";
import { usePage } from "./page";
import { PathControls } from "./PathControls";
import { Pads } from "./Perform";
import { Shape, StyleHere } from "./Shape";
import { SoundSheet } from "./SoundSheet";
import { StyleList } from "./StyleList";
import { useDark } from "./theme";
import { VoiceColours } from "./VoiceColours";
import { VoiceSheet } from "./VoiceSheet";

export function App() {
  const { store } = usePage();
  const dark = useDark();
  const performing = store.performing.value;
  useLayoutEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
    document.documentElement.toggleAttribute("data-performing", performing);
  }, [dark, performing]);
  return (
    <>
      <VoiceColours dark={dark} />
      <a class="skip" href="#map">
        To the map
      </a>
      <a class="skip" href="#voices">
        To the voices
      </a>
      <Header />
      <main>
        <section class="stage" aria-label="Rhythm">
          <MapView />
          <Away />
          <StyleList />
          <SoundSheet />
          <PathControls />
          <Shape />
          <AboutThisBar />
          <StyleHere />
          <MaterialPanel />
          <KeptKits />
          <MidiPanel />
        </section>
        {performing ? <Pads /> : <VoiceSheet />}
      </main>
      <Footer />
      <Notice />
      <Spoken />
      <Help />
    </>
  );
}

function Notice() {
  const { store } = usePage();
  const notice = store.notice.value;
  useEffect(() => {
    if (notice?.kind !== "info") return; // an error stays until it is closed
    const timer = setTimeout(() => (store.notice.value = null), 6000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div class="notices">
      <div role={notice?.kind === "error" ? "alert" : "status"}>
        {notice && (
        <p class={`notice is-${notice.kind}`}>
            {notice.text}
            <IconButton icon="close" label="Put away" onClick={() => (store.notice.value = null)} />
          </p>
        )}
      </div>
    </div>
  );
}

/** Summaries for those who listen to the page. */
function Spoken() {
  const { store } = usePage();
  return (
    <p class="unseen" aria-live="polite" data-testid="spoken">
      {store.spoken.value}
    </p>
  );
}
