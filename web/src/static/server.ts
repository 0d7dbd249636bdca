/**
 * What stands in for the server in a page that has none: the same requests, answered from files and by the page itself.
 * What only a server can do is refused with a sentence.
 */

import { arrange, requests } from "../rules/arrange";
import { barKey } from "../rules/bars";
import { completed } from "../rules/completed";
import { readMessage } from "../rules/messageChecks";
import type { Bar, Project } from "../rules/project";
import type { BarPattern, ExplainedPoint, ExplainPointRequest, Instrument, KitDraw, ProjectReply, SoundRequest } from "../rules/protocol";
import { type Answer, type Answering, ServerError } from "../net/api";
import { whyNot } from "./bars";
import { Computing } from "./computing";
import { readFile, readJsonFile } from "./files";
import { KeptInBrowser } from "./keptKits";
import { midiFile } from "./midiFile";
import { notHere, Refused } from "./refused";
import type { SoundIndex } from "./soundGrid";
import { StaticSounds } from "./sounds";

const FILES = /^(instrument|project|corpus|map\/ground|sounds\/\d\/map)$/; // answers that the page came with
const NOT_HERE: readonly (readonly [path: RegExp, action: string])[] = [
  [/^patterns\//, "make bars from other bars"],
  [/^path\//, "find points of a path for you"],
  [/^material/, "read MIDI files"],
  [/^sounds\/\d\/place/, "place a sound on the map"],
  [/^explain\//, "show how its encoders work"],
  [/^files\//, "play the files that Clave keeps elsewhere"],
  [/^project\/export\//, "write files of this format"],
];

const OFFLINE_AFTER_MS = 3000; // so that what is played first is not fetched beside all the rest

type Body = RequestInit["body"];

class StaticServer {
  private readonly kept = new KeptInBrowser(localStorage);
  private readonly bars = new Computing();
  private readonly mixing = new Computing();
  private explaining: Computing | null = null; // a worker of its own: draws that are looked at hold up no bar that plays
  private readonly known = new Map<string, Promise<unknown>>();
  private soundFile: Promise<ArrayBuffer> | null = null;

  constructor(private readonly base: string) {
    this.made([]).catch(() => undefined); // its weights are fetched at once; a failure is said when a bar is asked for
  }

  async answer(path: string, request: RequestInit | undefined): Promise<Answer> {
    const { method = "GET", body } = request ?? {};
    if (method === "GET" && FILES.test(path)) return new JsonAnswer(await readJsonFile(this.base, path));
    if (path === "formats") return new JsonAnswer([]);
    if (path === "bars") return new JsonAnswer({ patterns: await this.made((await readJson(body) as { bars: Bar[] }).bars) });
    if (path === "explain/point") return new JsonAnswer(await this.explained((await readJson(body)) as ExplainPointRequest));
    if (path.startsWith("kept")) return new JsonAnswer(this.kept.answer(method, path.split("?")[0]!, body ? await readJson(body) : null));
    if (path === "kits/draw") return this.drawn((await readJson(body)) as KitDraw);
    if (path === "project/check") return new JsonAnswer(checked(await readJson(body)));
    if (path === "project/midi") return this.midi(readMessage("Project", await readJson(body)));
    const [, voice] = /^sounds\/(\d)$/.exec(path) ?? [];
    if (voice) return this.sound(Number(voice), (await readJson(body)) as SoundRequest);
    const [, kit, place] = /^kits\/([^/]+)\/(\d)\.wav$/.exec(path) ?? [];
    if (kit) return new Response(await (await this.sounds()).ofKit(decodeURIComponent(kit), Number(place)));
    throw notHere(NOT_HERE.find(([each]) => each.test(path))?.[1] ?? `answer to ${path}`);
  }

  private async made(bars: readonly Bar[]): Promise<readonly BarPattern[]> {
    const answer = await this.bars.ask({ kind: "bars", base: this.base, bars });
    if (!("patterns" in answer)) throw new Error("bars were asked for, and something else came");
    return answer.patterns;
  }

  private async explained(request: ExplainPointRequest): Promise<ExplainedPoint> {
    const answer = await (this.explaining ??= new Computing()).ask({ kind: "point", base: this.base, request });
    if (!("explained" in answer)) throw new Error("a point was to be explained, and something else came");
    return answer.explained;
  }

  private async drawn({ seed, kept }: KitDraw): Promise<Answer> {
    return new JsonAnswer((await this.sounds()).draw(seed, kept));
  }

  private async sound(voice: number, { point }: SoundRequest): Promise<Answer> {
    const { wav, heard } = await (await this.sounds()).at(voice, point);
    return new Response(wav, { headers: { "clave-heard": JSON.stringify(heard) } });
  }

  private async midi(project: Project): Promise<Answer> {
    const { bars } = requests(project);
    const made = await this.made(bars);
    const decoded = new Map(bars.map((bar, place) => [barKey(bar), made[place]!]));
    return new Response(midiFile(arrange(project, decoded), project, (await this.instrument()).voices));
  }

  private instrument(): Promise<Instrument> {
    return this.once("instrument", async () => readMessage("Instrument", await readJsonFile(this.base, "instrument")));
  }

  private sounds(): Promise<StaticSounds> {
    return this.once("sounds", async () => {
      const [{ voices }, index] = await Promise.all([this.instrument(), readJsonFile(this.base, "sounds")]);
      return new StaticSounds(voices.map(({ name }) => name), index as SoundIndex, () => this.wholeSoundFile(), this.mixing); // prettier-ignore
    });
  }

  private wholeSoundFile(): Promise<ArrayBuffer> {
    const fetching = (this.soundFile ??= readFile(this.base, "sounds.bin"));
    fetching.catch(() => (this.soundFile = null));
    return fetching;
  }

  private once<T>(what: string, make: () => Promise<T>): Promise<T> {
    const making = (this.known.get(what) as Promise<T> | undefined) ?? make();
    this.known.set(what, making);
    making.catch(() => this.known.delete(what));
    return making;
  }
}

/** Text, as nearly all requests have it, is not read as a stream: that takes a millisecond. */
const readJson = async (body: Body): Promise<unknown> => JSON.parse(typeof body === "string" ? body : await new Response(body ?? "null").text());

/** An answer whose JSON was never text. */
class JsonAnswer implements Answer {
  readonly headers = new Headers({ "content-type": "application/json" });

  constructor(private readonly value: unknown) {}

  json = async (): Promise<unknown> => this.value;
  blob = async (): Promise<Blob> => new Blob([JSON.stringify(this.value)]);
  arrayBuffer = async (): Promise<ArrayBuffer> => (await this.blob()).arrayBuffer();
}

/** A project that was opened, and what a person should know of it. */
function checked(document: unknown): ProjectReply {
  const project = readMessage("Project", completed(document));
  const { bars, sounds } = requests(project);
  const reasons = new Set(bars.flatMap((bar) => whyNot(bar) ?? []));
  const remarks = [...reasons].map((reason) => `some bars are silent: ${notHere(reason).message}`);
  const varied = sounds.some(({ sound }) => sound.from === "map" && (sound.variation > 0 || sound.detail !== null || Object.values(sound.shift).some((amount) => amount !== 0)));
  if (varied) remarks.push("sounds are played as their points are on the map: a page without a server has no others");
  return { project, remarks };
}

/** Answers in the place of a server; `base` is the folder of the files that the page came with. */
export function startStatic(base: string): Answering {
  const server = new StaticServer(base);
  setTimeout(() => void keepOffline(), OFFLINE_AFTER_MS);
  return async (path, request) => {
    try {
      return await server.answer(path, request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ServerError(message, error instanceof Refused || !(error instanceof TypeError));
    }
  };
}

/** Keep the page for playing offline, and its large files once it plays; where a browser cannot, it plays online. */
async function keepOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./sw.js");
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage("keep all");
  } catch {
    // no secure connection, or no room: it plays online all the same
  }
}
