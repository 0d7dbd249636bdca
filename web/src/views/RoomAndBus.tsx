/** The room that voices are sent to, and what all of them go through: drive, glue, volume. */

import { PLAIN_BUS, PLAIN_ROOM } from "../rules/project";
import { ROOM_SIZES } from "../rules/room";
import { formatShare } from "../rules/soundWords";
import { Choice } from "./Choice";
import { usePage } from "./page";
import { Slider } from "./Slider";

const AMOUNT = { min: 0, max: 1, step: 0.01 } as const;

export function RoomAndBus() {
  const { store, actions } = usePage();
  const { room, bus } = store.scene.value;
  const { volume } = store.project.value;
  const done = () => store.settle();
  return (
    <fieldset class="sheet-group">
      <legend>all voices</legend>
      <Choice label="Room" options={ROOM_SIZES} value={room.size} onChoose={(size) => (actions.setRoom("room", { size }), done())} />
      <div class="sheet-sliders">
        <Slider label="room" name="Room level" {...AMOUNT} value={room.level} rest={PLAIN_ROOM.level} valueText={formatShare(room.level)} onValue={(level) => actions.setRoom("room level", { level })} onDone={done} />
        <Slider label="drive" name="Drive" {...AMOUNT} value={bus.drive} rest={PLAIN_BUS.drive} valueText={formatShare(bus.drive)} onValue={(drive) => actions.setBus("drive", { drive })} onDone={done} />
        <Slider label="glue" name="Glue" {...AMOUNT} value={bus.glue} rest={PLAIN_BUS.glue} valueText={formatShare(bus.glue)} onValue={(glue) => actions.setBus("glue", { glue })} onDone={done} />
        <Slider label="volume" name="Volume of all voices" {...AMOUNT} value={volume} rest={0.8} valueText={formatShare(volume)} onValue={(to) => actions.set("volume", { volume: to })} onDone={done} />
      </div>
    </fieldset>
  );
}
