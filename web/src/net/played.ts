/** A bar that was played by hand, to the server, which snaps it to the grid and finds its place on the map. */

import { readMessage } from "../rules/messageChecks";
import type { Given } from "../rules/project";
import type { PlayedRequest } from "../rules/protocol";
import { answerTo } from "./api";

export type PlayedSource = (request: PlayedRequest) => Promise<Given>;

export const playedBar: PlayedSource = async (request) => readMessage("Given", await answerTo("patterns/played", request));
