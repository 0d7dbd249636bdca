/** One step away from the stage: how the bars at this place are shaped, and the style while one stays here. */

import { Drawer } from "./Drawer";
import { GenerationControls } from "./GenerationControls";
import { Legend } from "./Legend";
import { LoopAndFills } from "./LoopAndFills";
import { MapCoordinates } from "./MapCoordinates";
import { StyleControls } from "./StyleControls";

export function Shape() {
  return (
    <Drawer name="Shape">
      <GenerationControls />
      <LoopAndFills />
      <MapCoordinates />
    </Drawer>
  );
}

export function StyleHere() {
  return (
    <Drawer name="Style">
      <p class="drawer-hint">In this style, but stay at this place.</p>
      <StyleControls />
      <h3>On the map</h3>
      <Legend />
    </Drawer>
  );
}
