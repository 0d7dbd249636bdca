/** Pages of the documentation that the page links to: they come with it, so that they are there without a network. */

import decoder from "../../../docs/how-it-works/decoder.md?url";
import encoder from "../../../docs/how-it-works/encoder.md?url";
import latent from "../../../docs/how-it-works/latent.md?url";
import phase from "../../../docs/how-it-works/phase.md?url";
import soundModel from "../../../docs/sound-model.md?url";
import teaching from "../../../docs/teaching.md?url";

export const DOCS_PAGES = { decoder, encoder, latent, phase, soundModel, teaching } as const;
