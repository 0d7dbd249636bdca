/** The page on one screen: on the left the rhythm map and its settings, on the right the pattern with the voices' sounds. */

import { useEffect } from "preact/hooks";
import { Footer } from "./Footer";
import { Grid } from "./Grid";
import { Help } from "./Help";
import { IconButton } from "./Icon";
import { KeptKits } from "./KeptKits";
import { MidiPanel } from "./MidiPanel";
import { usePage } from "./page";
import { RhythmPanel } from "./RhythmPanel";
import { useDark } from "./theme";
import { Transport } from "./Transport";
import { VoiceColours } from "./VoiceColours";

export function App() {
  const dark = useDark();
  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  return (
    <>
      <VoiceColours dark={dark} />
      <Transport />
      <main>
        <RhythmPanel />
        <Grid />
        <KeptKits />
        <MidiPanel />
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
    <div class="notices" role={notice?.kind === "error" ? "alert" : "status"}>
      {notice && (
        <p class={`notice is-${notice.kind}`}>
          {notice.text}
          <IconButton icon="close" label="Put away" onClick={() => (store.notice.value = null)} />
        </p>
      )}
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
