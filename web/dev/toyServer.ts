/** A toy instrument for working on the page alone: deterministic bars, an invented corpus, plain sounds and their maps. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import {
  type CorpusMap,
  type Instrument,
  type MapGround,
  NO_RHYTHM_SHIFT,
  type PatternRequest,
  type PhraseRequest,
  type Point,
  type BarPattern,
  type BarStroke,
} from "../src/rules/protocol.ts";
import type { Bar, Operation } from "../src/rules/project.ts";
import { encodeWav } from "../src/audio/wavFile.ts";
import { toyComplete, toyFeel, toyFromTaps, toyGround, toyShift } from "./toyBars.ts";
import { answerKept } from "./toyKitLibrary.ts";
import { answerSounds, bell, draws, toySound, toySoundInfo } from "./toySounds.ts";

const STYLES = ["rock", "funk", "jazz", "latin", "hiphop", "afrobeat", "soul", "afrocuban", "dance", "neworleans", "reggae", "country"];
const SAMPLE_RATE = 44_100;

export const toyInstrument: Instrument = {
  version: "0.0.0-toy",
  space: { name: "toy", reference: { name: "toy", hash: "" }, styles: STYLES, style_homes: [{ style: "jazz", point: [1, 1], tempo_bpm: 160, meter: [3, 4] }, { style: "funk", point: [-1, 0.5], tempo_bpm: 104, meter: [4, 4] }, { style: "latin", point: [0, -1], tempo_bpm: null, meter: [4, 4] }], style_meters: STYLES.map((style) => ({ style, nearest: [style, "jazz", null, null] })), sections: ["beat", "fill"], meters: [[4, 4], [3, 4], [6, 8], [5, 4]], directions: ["density", "syncopation", "swing", "loudness"], bars: 4200, licence: "CC0", credit: "invented for development", verdict: null },
  voices: [
    { name: "kick", note: 36, colour: "#E69F00", choke_group: null, aliases: ["bd", "bass drum", "kick drum", "bassdrum"] },
    { name: "snare", note: 38, colour: "#56B4E9", choke_group: null, aliases: ["sd", "snare drum"] },
    { name: "closed hi-hat", note: 42, colour: "#009E73", choke_group: 1, aliases: ["ch", "hh", "chh", "closed hat", "hi-hat closed", "hihat"] },
    { name: "open hi-hat", note: 46, colour: "#F0E442", choke_group: 1, aliases: ["oh", "ohh", "open hat", "hi-hat open"] },
    { name: "tom", note: 45, colour: "#0072B2", choke_group: null, aliases: ["lt", "mt", "ht", "toms", "tom-tom"] },
    { name: "cymbal", note: 49, colour: "#D55E00", choke_group: null, aliases: ["cy", "cr", "rd", "crash", "ride"] },
    { name: "clap", note: 39, colour: "#CC79A7", choke_group: null, aliases: ["cp", "hand clap", "claps"] },
    { name: "other", note: 37, colour: "#999999", choke_group: null, aliases: ["perc", "percussion", "rs", "rim"] },
  ],
  kits: [
    { name: "toy", label: "Toy" },
    { name: "low-toy", label: "Low toy" },
  ],
  sound: null,
};

/** A bar of a project, as the toy space makes it. */
export function toyBar(bar: Bar): BarPattern {
  if (bar.kind === "given") return { meter: bar.pattern.meter, strokes: bar.pattern.strokes };
  if (bar.kind === "generated") {
    const { point, settings, phrase } = bar;
    if (phrase === null) return toyPattern(point, settings);
    const made = toyPhrase({ point, bars: phrase.bars, fill: phrase.fill, style: settings.style, variation: settings.variation, seed: settings.seed, meter: settings.meter });
    return toyShift({ pattern: made[phrase.index]!, shift: settings.shift }).pattern;
  }
  return bar.operations.reduce(toyOperation, toyBar(bar.base));
}

function toyOperation(pattern: BarPattern, operation: Operation): BarPattern {
  switch (operation.kind) {
    case "cells": {
      const others = pattern.strokes.filter(([voice, step]) => !operation.cells.some((cell) => cell[0] === voice && cell[1] === step));
      return { meter: pattern.meter, strokes: [...others, ...operation.cells.filter(([, , velocity]) => velocity > 0)] };
    }
    case "humanise":
      return toyFeel({ ...operation, pattern, like: operation.like && toyBar(operation.like) });
    case "shift":
      return toyShift({ pattern, shift: operation.shift }).pattern;
    case "complete":
      return toyComplete({ ...operation, pattern });
    case "taps":
      return toyFromTaps({ ...operation, meter: pattern.meter });
  }
}

export function toyCorpus(): CorpusMap {
  const draw = draws(7);
  const centres = STYLES.map(() => ({ x: bell(draw) * 0.9, y: bell(draw) * 0.9, spread: 0.25 + draw() * 0.4 }));
  const weights = STYLES.map((_, index) => 1 / (index + 1.5));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const columns = { x: [] as number[], y: [] as number[], style: [] as number[], section: [] as number[], source: [] as number[] };
  for (let bar = 0; bar < toyInstrument.space.bars; bar++) {
    let left = draw() * total;
    const style = Math.max(0, weights.findIndex((weight) => (left -= weight) < 0));
    const { x, y, spread } = centres[style]!;
    const wide = draw() < 0.2 ? 3 : 1;
    columns.x.push(x + bell(draw) * spread * wide);
    columns.y.push(y + bell(draw) * spread * wide);
    columns.style.push(style);
    columns.section.push(bar % 16 === 15 ? 1 : 0);
    columns.source.push(Math.floor(bar / 16));
  }
  const sources = Array.from({ length: Math.ceil(columns.x.length / 16) }, (_, file) => `toy drummer ${(file % 9) + 1}, groove ${file}`);
  const licences = sources.map((_, file) => (file % 3 ? "CC BY 4.0" : "CC0"));
  return { ...columns, styles: STYLES, sections: toyInstrument.space.sections, sources, licences, own: [], credit: "invented for development" };
}

/** What lies at a point, invented: busier to the right, more syncopated to the top. */
export function toyPattern([x, y]: Point, request: Omit<PatternRequest, "points">): BarPattern {
  const shares = typeof request.style === "string" ? { [request.style]: 1 } : (request.style ?? {});
  const draw = draws(Object.entries(shares).reduce((sum, [name, share]) => sum + Math.round(share * 10) * (STYLES.indexOf(name) + 1), request.seed * 31));
  const wobble = () => (draw() - 0.5) * 2 * (0.15 + request.variation);
  const density = (request.density ?? 0.5) + 0.1 * request.shift.density;
  const [beats, unit] = request.meter;
  const cellsPerBeat = unit === 8 && beats % 3 === 0 ? 6 : 16 / unit;
  const strokes: BarStroke[] = [];
  const hit = (voice: number, step: number, weight: number, offset = 0) => {
    const velocity = Math.min(1, Math.max(0.1, weight + wobble() * 0.3));
    if (weight + wobble() > 0.9 - density) strokes.push([voice, step, velocity, offset]);
  };
  for (let cell = 0; cell < (16 * beats) / unit; cell++) {
    const step = cell * 4;
    const beat = cell % cellsPerBeat === 0 ? 1 : cell % 2 === 0 ? 0.6 : 0.35;
    hit(0, step, cell === 0 ? 1 : beat * 0.5 + 0.25 * Math.cos(cell * 1.7 + y * 2));
    hit(1, step, cell % 8 === 4 ? 0.95 : 0.22 + 0.25 * Math.sin(cell * 2.3 + x + y));
    hit(y > 1.2 ? 3 : 2, cell % 2 ? step + (x > 0 ? 1 : 0) : step, 0.35 + beat * 0.35 + x * 0.1, cell % 2 && x > 0 ? 0.33 : 0);
    hit(4, step, (request.section === "fill" ? 0.55 : 0.05) + 0.25 * Math.sin(cell + x * 3));
    hit(5, step, cell === 0 ? 0.4 - y * 0.2 : 0.05);
    hit(6, step, cell % 8 === 4 ? 0.2 + x * 0.2 : 0);
    hit(7, step, 0.12 + 0.25 * Math.cos(cell * 2.1 - x * 2));
  }
  return toyShift({ pattern: { meter: request.meter, strokes }, shift: request.shift }).pattern;
}

/** Takes of one bar, and a fill at the end. */
export const toyPhrase = ({ point, bars, fill, ...asked }: PhraseRequest): BarPattern[] =>
  Array.from({ length: bars }, (_, bar) =>
    toyPattern(point, { ...asked, section: fill && bar === bars - 1 ? "fill" : "beat", density: null, shift: NO_RHYTHM_SHIFT, seed: asked.seed + (bar % 2) }),
  );

const body = (request: IncomingMessage): Promise<Uint8Array> =>
  new Promise((resolve) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => resolve(Buffer.concat(parts)));
  });

let ground: MapGround | undefined;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const json = (value: unknown, status = 200) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  const path = (request.url ?? "").split("?")[0] ?? "";
  const [, kit, voice] = /^\/api\/kits\/([\w-]+)\/([0-7])\.wav$/.exec(path) ?? [];
  if (path === "/api/instrument") return json({ ...toyInstrument, sound: toySoundInfo(toyInstrument.voices.map(({ name }) => name)) });
  if (path === "/api/corpus") return json(toyCorpus());
  if (path === "/api/project") return json(null);
  if (path === "/api/project/check") return json({ project: JSON.parse(new TextDecoder().decode(await body(request))), remarks: [] });
  if (path === "/api/bars") return json({ patterns: (JSON.parse(new TextDecoder().decode(await body(request))) as { bars: Bar[] }).bars.map(toyBar) });
  if (path === "/api/map/ground") return json((ground ??= toyGround(toyCorpus())));
  if (kit && voice) {
    response.writeHead(200, { "content-type": "audio/wav" });
    response.end(Buffer.from(encodeWav([toySound(Number(voice), { height: kit === "low-toy" ? 0.7 : 1 })], SAMPLE_RATE)));
    return;
  }
  const message = await body(request);
  const kept = answerKept(request.method ?? "GET", path, new TextDecoder().decode(message));
  if (kept) return json(kept.value, kept.status);
  const sounds = answerSounds(path, message);
  if (sounds) {
    response.writeHead(sounds.status, sounds.headers);
    response.end(sounds.body);
    return;
  }
  json({ error: `the toy server has no ${path}`, kind: "not found" }, 404);
}

export function toyServer(): Plugin {
  return {
    name: "clave-toy-server",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/")) void answer(request, response);
        else next();
      });
    },
  };
}
