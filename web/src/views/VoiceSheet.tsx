/** The voices, a sheet beside the map: the kit on top, then a row a voice. */

import { Grid } from "./Grid";
import { Applies, Volume } from "./Header";
import { KitChoice } from "./KitChoice";

export function VoiceSheet() {
  return (
    <section id="voices" class="voice-sheet" aria-label="Voices" tabIndex={-1}>
      <div class="voice-sheet-head">
        <KitChoice />
        <Volume />
        <Applies />
      </div>
      <Grid />
    </section>
  );
}
