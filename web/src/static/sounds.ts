/** The sounds of a page without a server: from the file of sounds, between the points of each map's grid. */

import type { DrawnKit, Heard, KitVoice, Point } from "../rules/protocol";
import { decode } from "../audio/kits";
import { encodeWav } from "../audio/wavFile";
import type { Computing } from "./computing";
import { notHere, Refused } from "./refused";
import { around, heardBetween, type Piece, type SoundIndex } from "./soundGrid";

const SAMPLE_RATE = 44_100;
const MOST_PIECES = 96; // decoded, about half a megabyte each

export interface StaticSound {
  readonly wav: ArrayBuffer;
  readonly heard: Heard | null;
}

export class StaticSounds {
  private readonly pieces = new Map<number, Promise<Float32Array>>(); // decoded, by their place in the file

  /** `names` are those of the voices; `file` has the sounds. */
  constructor(
    private readonly names: readonly string[],
    private readonly index: SoundIndex,
    private readonly file: () => Promise<ArrayBuffer>,
    private readonly computing: Computing,
  ) {}

  /** The sound at a point of a voice's map. */
  async at(voice: number, point: Point): Promise<StaticSound> {
    const grid = this.index.voices[this.names[voice] ?? ""];
    if (!grid) throw new Refused(`this page has no sounds of a map for the ${this.names[voice] ?? `voice ${voice + 1}`}`);
    const near = around(this.index, point).filter(({ weight }) => weight > 0);
    const sounds = await Promise.all(near.map(async ({ row, column }) => this.sound(grid.rows[row]![Math.floor(column / this.index.piece)]!, column % this.index.piece)));
    const answer = await this.computing.ask({ kind: "mix", sounds, weights: near.map(({ weight }) => weight) });
    if (!("sound" in answer)) throw new Error("a sound was asked for, and something else came");
    return { wav: encodeWav([answer.sound], SAMPLE_RATE), heard: heardBetween(grid.heard, near) };
  }

  /** A voice of a built-in kit. */
  async ofKit(kit: string, voice: number): Promise<ArrayBuffer> {
    const piece = this.index.kits[kit];
    if (!piece || piece.starts[voice] === undefined) throw new Refused(`no kit '${kit}'; there are: ${Object.keys(this.index.kits).join(", ")}`);
    return encodeWav([await this.sound(piece, voice)], SAMPLE_RATE);
  }

  /** Eight sounds that go together, but for those that are kept. */
  draw(seed: number, kept: Readonly<Record<number, KitVoice>>): DrawnKit {
    const { drawn } = this.index;
    if (drawn.length === 0) throw notHere("draw kits that it does not hold");
    return { voices: drawn[seed % drawn.length]!.map((voice, place) => kept[place] ?? voice) };
  }

  private async sound(piece: Piece, number: number): Promise<Float32Array> {
    const samples = await this.decoded(piece);
    const start = piece.starts[number]!;
    return samples.slice(start, start + piece.lengths[number]!);
  }

  private decoded(piece: Piece): Promise<Float32Array> {
    const known = this.pieces.get(piece.at);
    this.pieces.delete(piece.at); // and added again as the latest
    const decoding = known ?? this.file().then(async (file) => (await decode(file.slice(piece.at, piece.at + piece.bytes))).getChannelData(0));
    this.pieces.set(piece.at, decoding);
    if (!known) decoding.catch(() => this.pieces.delete(piece.at));
    if (this.pieces.size > MOST_PIECES) this.pieces.delete(this.pieces.keys().next().value!);
    return decoding;
  }
}
