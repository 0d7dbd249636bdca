/** The doors of the server, as functions. Addresses are relative, so that the page works at any port and path. */

import { readMessage, readPatternReply, readRefusal } from "../rules/messageChecks";
import type { Bar, Project } from "../rules/project";
import type {
  CompleteRequest,
  CorpusMap,
  DrawnKit,
  FeelRequest,
  Heard,
  Instrument,
  KitVoice,
  MapGround,
  MidiRequest,
  PatternReply,
  PatternRequest,
  PhraseRequest,
  PlacedSound,
  ProjectReply,
  ShiftRequest,
  SoundMap,
  SoundRequest,
  TapsRequest,
  BarPattern,
} from "../rules/protocol";

/** The server refused, or did not answer; the message is a sentence for the player. */
class ServerError extends Error {}

/** With a message it is a POST, unless another method is named. */
export const ask = (path: string, message?: unknown, method = message === undefined ? "GET" : "POST"): Promise<Response> =>
  send(path, { method, ...(message === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(message) }) });

/** The same for an answer in JSON, which is still to be checked. */
export const answerTo = async (path: string, message?: unknown): Promise<unknown> => (await ask(path, message)).json();

async function send(path: string, request?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`./api/${path}`, request);
  } catch {
    throw new ServerError("the server does not answer; is clave still running?");
  }
  if (response.ok) return response;
  const refusal = readRefusal(await response.json().catch(() => null));
  throw new ServerError(refusal?.error ?? `the server answered ${response.status} to ${path}`);
}

export const fetchInstrument = async (): Promise<Instrument> => readMessage("Instrument", await answerTo("instrument"));
export const fetchCorpus = async (): Promise<CorpusMap> => readMessage("CorpusMap", await answerTo("corpus"));

export const fetchPatterns = async (request: PatternRequest): Promise<PatternReply> =>
  readPatternReply(await answerTo("patterns", request), request.points.length);

/** Bars at a point that agree with each other. */
export const fetchPhrase = async (request: PhraseRequest): Promise<PatternReply> =>
  readPatternReply(await answerTo("phrases", request), request.bars);

export const fetchMidi = async (request: MidiRequest): Promise<Blob> => (await ask("midi", request)).blob();

export const fetchClip = async (kit: string, voice: number): Promise<ArrayBuffer> =>
  (await ask(`kits/${encodeURIComponent(kit)}/${voice}.wav`)).arrayBuffer();

// ---- the sound space

export const fetchSoundMap = async (voice: number): Promise<SoundMap> => readMessage("SoundMap", await answerTo(`sounds/${voice}/map`));

/** A sound of the space as a WAV file, and what one hears in it. */
export async function fetchSound(voice: number, request: SoundRequest): Promise<{ wav: ArrayBuffer; heard: Heard | null }> {
  const response = await ask(`sounds/${voice}`, request);
  const heard: unknown = JSON.parse(response.headers.get("clave-heard") ?? "null");
  return { wav: await response.arrayBuffer(), heard: heard === null ? null : readMessage("Heard", heard) };
}

/** Where a sound file lies on the map of a voice; the server keeps it. */
export const placeFile = async (voice: number, file: Blob): Promise<PlacedSound> =>
  readMessage("PlacedSound", await (await send(`sounds/${voice}/place`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file })).json());

/** A file that was placed, as loud as this voice is in a kit. */
export const fetchFile = async (digest: string, voice: number): Promise<ArrayBuffer> => (await ask(`files/${digest}.wav?voice=${voice}`)).arrayBuffer();

/** Eight sounds drawn by the seed, but for those that are kept. */
export const drawKit = async (seed: number, kept: Readonly<Record<number, KitVoice>>): Promise<DrawnKit> =>
  readMessage("DrawnKit", await answerTo("kits/draw", { seed, kept }));

// ---- one bar out of another

const madeBy = async (path: string, request: FeelRequest | CompleteRequest | TapsRequest): Promise<BarPattern> =>
  readMessage("PatternMade", await answerTo(`patterns/${path}`, request)).pattern;

/** The same strokes, as a drummer plays them, or as another bar is played. */
export const fetchHumanised = (request: FeelRequest): Promise<BarPattern> => madeBy("feel", request);

/** The bar with all but what is kept generated anew. */
export const fetchComplete = (request: CompleteRequest): Promise<BarPattern> => madeBy("complete", request);

/** A whole bar for a tapped rhythm. */
export const fetchFromTaps = (request: TapsRequest): Promise<BarPattern> => madeBy("taps", request);

/** The bar, moved along what one hears in it. */
export const fetchShifted = async (request: ShiftRequest): Promise<BarPattern> => readMessage("ShiftReply", await answerTo("patterns/shift", request)).pattern;

// ---- the project

/** The strokes of these bars, in their order. */
export const fetchBarStrokes = async (bars: readonly Bar[]): Promise<readonly BarPattern[]> => readPatternReply(await answerTo("bars", { bars }), bars.length).patterns;

/** The project that the server was started with; null: none. */
export async function fetchProject(): Promise<Project | null> {
  const project = await answerTo("project");
  return project === null ? null : readMessage("Project", project);
}

/** The text of a file as a project that can be played, and what a person should know of it; an error says what is wrong with it. */
export const checkProject = async (text: string): Promise<ProjectReply> =>
  readMessage("ProjectReply", await (await send("project/check", { method: "POST", headers: { "content-type": "application/json" }, body: text })).json());

// ---- the background of the map

export const fetchGround = async (): Promise<MapGround> => readMessage("MapGround", await answerTo("map/ground"));
