/** The colours of the voices as CSS: class `ink-0` to `ink-7` sets `--ink`. They come with the instrument. */

import { usePage } from "./page";

export function VoiceColours({ dark }: { readonly dark: boolean }) {
  const { store } = usePage();
  const lift = (colour: string) => (dark ? `color-mix(in oklab, ${colour} 86%, white)` : `color-mix(in oklab, ${colour} 92%, black)`);
  return <style>{store.voices.value.map(({ colour }, voice) => `.ink-${voice}{--ink:${lift(colour)}}`).join("")}</style>;
}
