/** The voices, a sheet beside the map: a row a voice, then what can be done with the bar, and the kit. */

import { Grid } from "./Grid";
import { Applies, Volume } from "./Header";
import { KitChoice } from "./KitChoice";

export function VoiceSheet() {
  return (
    <section id="voices" class="voice-sheet" aria-label="Voices" tabIndex={-1}>
      <Grid />
      <div class="voice-sheet-foot">
        <KitChoice />
        <Volume />
        <Applies />
      </div>
    </section>
  );
}
