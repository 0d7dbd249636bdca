/** What is opened now and then: a file of its own, which the page fetches while the map is already there. */

import "../rules/laterMessages";
import { AnswerFeed } from "../state/answerFeed";
import { LinkFollow } from "../state/linkFollow";
import { sendPlayerCc } from "../state/playerCc";
import { AboutThisBar } from "./AboutThisBar";
import { AnswerPanel } from "./AnswerPanel";
import { HowItWorks } from "./HowItWorks";
import { KeptKits } from "./KeptKits";
import { LearnPanel } from "./LearnPanel";
import { MaterialPanel } from "./MaterialPanel";
import { MidiInPanel } from "./MidiInPanel";
import { MidiPanel } from "./MidiPanel";
import { OtherDevices } from "./OtherDevices";
import { PathControls } from "./PathControls";
import { Shape, StyleHere } from "./Shape";
import { SoundSheet } from "./SoundSheet";
import type { Panels } from "./latePanels";
import "./style/panels.css";

export { midiInOf } from "../state/midiIn";
export { pageActsOf } from "../state/pageActs";
export { takeDrop } from "./droppedFiles";
export { Help } from "./Help";
export { KeepBars } from "./KeepBars";
export { FindTapped } from "./MoreLikeThis";
export { MovementPopover } from "./MovementPopover";
export { SoundElsewhere } from "./OtherDevices";
export { SongStrip } from "./SongStrip";
export { StyleList } from "./StyleList";
export { TapRow } from "./TapRow";
export { VoicePanel } from "./VoicePanel";

/** The page hears what its player plays, for the answer, and keeps time with a Link session. */
export const playTogether: Panels["playTogether"] = ({ store, player }, together) => {
  new AnswerFeed(store, player, together);
  sendPlayerCc(together, (number, value) => player.midi.controlNow(number, value));
  player.leader = new LinkFollow(store, player, together, player.leader);
};

/** All that opens over the stage. */
export function Drawers() {
  return (
    <>
      <SoundSheet />
      <PathControls />
      <Shape />
      <AboutThisBar />
      <StyleHere />
      <MaterialPanel />
      <KeptKits />
      <MidiPanel />
      <MidiInPanel />
      <OtherDevices />
      <AnswerPanel />
      <LearnPanel />
      <HowItWorks />
    </>
  );
}
