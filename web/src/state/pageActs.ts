/** What a page alone can do, for controls from outside: what is heard, tapped, tried and kept is here. */

import { fetchFormats } from "../net/api";
import type { BarActions } from "./barActions";
import type { Decoding } from "./decoding";
import { saveFor, saveMidi, saveStems, saveWav } from "./files";
import type { Keeping } from "./keeping";
import type { KeptKits } from "./keptKits";
import type { PageActs } from "./liveLink";
import type { PathActions } from "./pathActions";
import type { Player } from "./player";
import type { Recording } from "./recording";
import type { SoundActions } from "./soundActions";
import type { Sounds } from "./sounds";
import type { Store } from "./store";

/** Of the page, what they are done with. */
interface Parts {
  readonly store: Store;
  readonly player: Player;
  readonly barActions: BarActions;
  readonly soundActions: SoundActions;
  readonly paths: PathActions;
  readonly keeping: Keeping;
  readonly kept: KeptKits;
  readonly recording: Recording;
  readonly decoding: Decoding;
  readonly sounds: Sounds;
}

export function pageActsOf(page: Parts): PageActs {
  const { store, player, barActions, soundActions, paths, keeping, kept, recording } = page;
  const said = (done: () => unknown) => {
    // an error is for the player of this page, whether it comes at once or later
    Promise.resolve().then(done).catch((error: unknown) => store.reportError(error));
  };
  return {
    surprise: () => said(() => soundActions.surprise()),
    complete: () => said(() => barActions.fillRest()),
    feel: (_, amount) => barActions.humaniseBy(Number(amount)),
    "clear taps": () => barActions.clearTaps(),
    "drums for taps": () => said(() => barActions.drumsForTaps()),
    "keep bars": (_, bars) => said(() => keeping.asSong(Number(bars))),
    record: () => {
      recording.toggle();
      if (recording.state.value === "waits" && !store.playing.value) void player.play();
    },
    export: (_, format) => said(() => exported(page, String(format))),
    "export bars": (_, format, bars) => said(() => exportedBars(page, String(format), Number(bars))),
    "keep kit": (_, name) => said(() => kept.keep(String(name))),
    "kept kit": (_, name) =>
      said(() => {
        const found = store.kept.kits.value?.find((kit) => kit.name === name);
        if (!found) throw new Error(`There is no kept kit “${String(name)}”.`);
        return kept.load(found.id);
      }),
    "random sound": (voice) => soundActions.randomise(voice),
    orbit: (_, radius) => paths.orbit(Number(radius)),
    wander: () => paths.wander(),
    "path through anchors": () => paths.throughAnchors(),
  };
}

async function exported({ store, player, decoding, sounds }: Parts, name: string): Promise<void> {
  if (name === "midi") return saveMidi(store);
  if (name === "wav") return saveWav(store, player, decoding, sounds);
  if (name === "stems") return saveStems(store, player, decoding, sounds);
  const formats = await fetchFormats();
  const format = formats.find((each) => each.name === name);
  if (!format) throw new Error(`There is no format “${name}”; there are: ${["midi", "wav", "stems", ...formats.map((each) => each.name)].join(", ")}.`);
  return saveFor(store, format);
}

function exportedBars({ keeping }: Parts, format: string, bars: number): Promise<void> {
  if (format === "midi") return keeping.asMidi(bars);
  return format === "wav" ? keeping.asWav(bars, "tail") : keeping.asStems(bars, "tail");
}
