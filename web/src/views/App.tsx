/** The page on one screen: the map is the stage, the voices a sheet beside it, the scenes below. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import { Away } from "./Away";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { IconButton } from "./Icon";
import { usePanels } from "./latePanels";
import { MapView } from "./MapView";
import { usePage } from "./page";
import { Pads } from "./Perform";
import { useDark } from "./theme";
import { VoiceColours } from "./VoiceColours";
import { VoiceSheet } from "./VoiceSheet";

export function App() {
  const { store } = usePage();
  const panels = usePanels();
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
          {panels && <panels.StyleList />}
          {panels && <panels.Drawers />}
        </section>
        {performing ? <Pads /> : <VoiceSheet />}
      </main>
      <Footer />
      <Notice />
      <Spoken />
      {panels && <panels.Help />}
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
