/** Requests to the server. Addresses are relative, so that the page works at any port and path. */

import { readMessage, readMessages, readRefusal } from "../rules/messageChecks";
import type { Project } from "../rules/project";
import type { Devices, FormatInfo, Instrument, KeptProject, ProjectReply } from "../rules/protocol";

const BUSY_TRIES = 5; // of a server that has too much to do and says when to try again
const PATIENCE_MS = 60_000; // a server that hangs counts as one that is away

/** The server refused, or did not answer; the message is a sentence for the player. */
export class ServerError extends Error {
  /** `refused`: it answered, and what was sent is at fault; else it may work later. */
  constructor(
    message: string,
    readonly refused = false,
  ) {
    super(message);
  }
}

/** With a message it is a POST, unless another method is named. */
export const ask = (path: string, message?: unknown, method = message === undefined ? "GET" : "POST"): Promise<Answer> =>
  send(path, { method, ...(message === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(message) }) });

/** The same for an answer in JSON, which is still to be checked. */
export const answerTo = async (path: string, message?: unknown): Promise<unknown> => (await ask(path, message)).json();

/** What answers the requests of the page; ServerError for an answer that is not a success. */
export type Answering = (path: string, request?: RequestInit) => Promise<Answer>;

/** What a page needs of a Response. */
export interface Answer {
  readonly headers: Headers;
  json(): Promise<unknown>;
  blob(): Promise<Blob>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

let answering: Promise<Answering> | null = null; // null: the server

/** Have all requests from now on answered by this instead of the server, in a page that has none. */
export const answerWith = (instead: Promise<Answering> | null): void => void (answering = instead);

/** Any request. */
export const send: Answering = async (path, request) => (answering === null ? overHttp : await answering)(path, request);

async function overHttp(path: string, request?: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let response: Response;
  for (let tries = 0; ; tries++) {
    try {
      response = await fetch(`./api/${path}`, { signal, ...request });
    } catch {
      throw new ServerError("the server does not answer; is clave still running?");
    }
    const busySeconds = response.status === 503 ? Number(response.headers.get("retry-after")) : 0;
    if (!busySeconds || tries === BUSY_TRIES) break;
    await new Promise((resolve) => setTimeout(resolve, 1000 * busySeconds));
  }
  if (response.ok) return response;
  const refusal = readRefusal(await response.json().catch(() => null));
  if (refusal) throw new ServerError(refusal.error, response.status < 500);
  throw new ServerError(`the server answered ${response.status} to ${path}`);
}

export const fetchInstrument = async (): Promise<Instrument> => readMessage("Instrument", await answerTo("instrument"));

/** What a project plays as a MIDI file: the same that `clave render` writes. */
export const fetchMidi = async (project: Project): Promise<Blob> => (await ask("project/midi", project)).blob();

/** The formats of other programs that a project is saved in. */
export const fetchFormats = async (): Promise<FormatInfo[]> => readMessages("FormatInfo", await answerTo("formats"));

/** A project as a file for another program, under the name that the server gives it, and what that cannot hold. */
export async function fetchExport(project: Project, format: string): Promise<{ file: Blob; name: string; remarks: string[] }> {
  const response = await ask(`project/export/${encodeURIComponent(format)}`, project);
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const remarks: unknown = JSON.parse(decodeURIComponent(response.headers.get("clave-remarks") ?? "[]"));
  return { file: await response.blob(), name: name ? decodeURIComponent(name) : format, remarks: Array.isArray(remarks) ? remarks.map(String) : [] };
}

/** Have the server keep a project for a while, so that its files have addresses. */
export const keepProject = async (project: Project): Promise<KeptProject> => readMessage("KeptProject", await answerTo("project/kept", project));

/** How other devices come to this instrument. */
export const fetchDevices = async (): Promise<Devices> => readMessage("Devices", await answerTo("devices"));

/** The project that the server was started with; null: none. */
export async function fetchProject(): Promise<Project | null> {
  const project = await answerTo("project");
  return project === null ? null : readMessage("Project", project);
}

/** The text of a file as a project that can be played, and what a person should know of it; an error says what is wrong with it. */
export const checkProject = async (text: string): Promise<ProjectReply> =>
  readMessage("ProjectReply", await (await send("project/check", { method: "POST", headers: { "content-type": "application/json" }, body: text })).json());
