/** The doors of the server, as functions. Addresses are relative, so that the page works at any port and path. */

import {
  type CorpusMap,
  type Instrument,
  type MidiRequest,
  type PatternReply,
  type PatternRequest,
  readCorpus,
  readInstrument,
  readPatternReply,
  readRefusal,
} from "./protocol";

/** The server said no, or nothing; the message is a sentence for a person. */
export class ServerError extends Error {}

async function ask(path: string, message?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(
      `./api/${path}`,
      message === undefined
        ? undefined
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(message) },
    );
  } catch {
    throw new ServerError("the server does not answer; is clave still running?");
  }
  if (response.ok) return response;
  const refusal = readRefusal(await response.json().catch(() => null));
  throw new ServerError(refusal?.error ?? `the server answered ${response.status} to ${path}`);
}

export const fetchInstrument = async (): Promise<Instrument> => readInstrument(await (await ask("instrument")).json());
export const fetchCorpus = async (): Promise<CorpusMap> => readCorpus(await (await ask("corpus")).json());

export const fetchPatterns = async (request: PatternRequest): Promise<PatternReply> =>
  readPatternReply(await (await ask("patterns", request)).json(), request.points.length);

export const fetchMidi = async (request: MidiRequest): Promise<Blob> => (await ask("midi", request)).blob();

export const fetchClip = async (kit: string, voice: number): Promise<ArrayBuffer> =>
  (await ask(`kits/${encodeURIComponent(kit)}/${voice}.wav`)).arrayBuffer();
