/** The colours of the voices as CSS: class `ink-0` to `ink-7` sets `--ink`. They come with the instrument. */

import { channelsOf } from "../map/canvas";
import { usePage } from "./page";

const LIFTED = { dark: { towards: 255, share: 0.14 }, light: { towards: 0, share: 0.08 } };

/** The colour of a voice, "#rrggbb", as it is drawn on a dark or a light page. */
export function inkOf(colour: string, dark: boolean): string {
  const { towards, share } = LIFTED[dark ? "dark" : "light"];
  return `rgb(${channelsOf(colour).map((channel) => Math.round(channel + (towards - channel) * share)).join(" ")})`;
}

export function VoiceColours({ dark }: { readonly dark: boolean }) {
  const { store } = usePage();
  return <style>{store.voices.value.map(({ colour }, voice) => `.ink-${voice}{--ink:${inkOf(colour, dark)}}`).join("")}</style>;
}
