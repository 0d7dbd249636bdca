/** Pages of the documentation that the page links to: they come with it, so that they are there without a network. */

import phase from "../../../docs/phase.md?url";
import rhythmModel from "../../../docs/rhythm-model.md?url";
import signalPath from "../../../docs/signal-path.md?url";
import soundModel from "../../../docs/sound-model.md?url";
import teaching from "../../../docs/teaching.md?url";

export const DOCS_PAGES = { phase, rhythmModel, signalPath, soundModel, teaching } as const;
