/** The two ways through the models: of a bar and of a sound. */

import { useState } from "preact/hooks";
import { Choice } from "./Choice";
import { HowBar } from "./HowBar";
import { HowSound } from "./HowSound";
import { DocsLink } from "./HowStage";
import { NeedsServer } from "./NeedsServer";
import { usePage } from "./page";
import "./style/how.css";

export function HowStages() {
  const { store } = usePage();
  const [what, setWhat] = useState<"bar" | "sound">("bar");
  const hasSounds = store.instrument.value?.sound !== null;
  return (
    <div class="how">
      <p class="drawer-row">
        {hasSounds && <Choice label="What goes through" options={["bar", "sound"]} words={{ bar: "A bar", sound: "A sound" }} value={what} onChoose={setWhat} />}
        <DocsLink page="teaching">A lesson with this view</DocsLink>
      </p>
      {what === "bar" ? <HowBar /> : store.withoutServer.value ? <NeedsServer what="The way of a sound through its model" /> : <HowSound />}
    </div>
  );
}
