/** How it works: what the models make of the bar that plays, and of a sound, stage by stage. Its file comes when it is opened. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Drawer } from "./Drawer";
import { usePage } from "./page";

const stages = signal<ComponentType | null>(null);

export function HowItWorks() {
  const { store } = usePage();
  const Stages = stages.value;
  const shown = store.drawer.value === "How it works";
  useEffect(() => {
    if (!shown || stages.peek()) return;
    import("./HowStages").then(({ HowStages }) => (stages.value = HowStages)).catch((error: unknown) => store.reportError(error));
  }, [shown]);
  return (
    <Drawer name="How it works">
      {shown && Stages && <Stages />}
    </Drawer>
  );
}
