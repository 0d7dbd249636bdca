/**
 * Where bars and sounds come from. The server has both today; whatever else can make them, such as models that run in
 * the page, does so behind the same two interfaces.
 */

import { readMessage, readPatternReply } from "../rules/messageChecks";
import type { Bar } from "../rules/project";
import type { BarPattern, CorpusMap, DrawnKit, EvenReply, EvenRequest, Heard, KitVoice, MapGround, PlacedSound, SoundMap, SoundRequest } from "../rules/protocol";
import { answerTo, ask, send } from "./api";

export interface RhythmSource {
  /** The strokes of these bars, in their order. */
  bars(bars: readonly Bar[]): Promise<readonly BarPattern[]>;
  /** Where the bars lie that were learned from. */
  corpus(): Promise<CorpusMap>;
  /** The background of the map. */
  ground(): Promise<MapGround>;
}

/** A sound as a file, and what one hears in it. */
export interface DecodedSound {
  readonly wav: ArrayBuffer;
  readonly heard: Heard | null;
}

export interface SoundSource {
  /** The map of a voice. */
  map(voice: number): Promise<SoundMap>;
  /** A sound of the space. */
  sound(voice: number, request: SoundRequest): Promise<DecodedSound>;
  /** Where a sound file lies on the map of a voice; it is kept, by its digest. */
  place(voice: number, file: Blob): Promise<PlacedSound>;
  /** A file that was placed, as loud as this voice is in a kit. */
  file(digest: string, voice: number): Promise<ArrayBuffer>;
  /** Eight sounds drawn by the seed, but for those that are kept. */
  draw(seed: number, kept: Readonly<Record<number, KitVoice>>): Promise<DrawnKit>;
  /** A voice of a built-in kit. */
  clip(kit: string, voice: number): Promise<ArrayBuffer>;
}

export const serverRhythm: RhythmSource = {
  bars: async (bars) => readPatternReply(await answerTo("bars", { bars }), bars.length).patterns,
  corpus: async () => readMessage("CorpusMap", await answerTo("corpus")),
  ground: async () => readMessage("MapGround", await answerTo("map/ground")),
};

/** Where the bars of a path stand so that what one hears changes evenly. */
export type EvenSource = (request: EvenRequest) => Promise<EvenReply>;

export const serverEven: EvenSource = async (request) => readMessage("EvenReply", await answerTo("path/even", request));

export const serverSounds: SoundSource = {
  map: async (voice) => readMessage("SoundMap", await answerTo(`sounds/${voice}/map`)),
  sound: async (voice, request) => {
    const response = await ask(`sounds/${voice}`, request);
    const heard: unknown = JSON.parse(response.headers.get("clave-heard") ?? "null");
    return { wav: await response.arrayBuffer(), heard: heard === null ? null : readMessage("Heard", heard) };
  },
  place: async (voice, file) =>
    readMessage("PlacedSound", await (await send(`sounds/${voice}/place`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file })).json()),
  file: async (digest, voice) => (await ask(`files/${digest}.wav?voice=${voice}`)).arrayBuffer(),
  draw: async (seed, kept) => readMessage("DrawnKit", await answerTo("kits/draw", { seed, kept })),
  clip: async (kit, voice) => (await ask(`kits/${encodeURIComponent(kit)}/${voice}.wav`)).arrayBuffer(),
};
