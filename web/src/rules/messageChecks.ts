/** Checks of what comes in: each message by its schema, and what a schema cannot say by the rules below. */

import { Validator } from "@cfworker/json-schema";
import {
  type CorpusMap,
  type KitVoice,
  type MapGround,
  type PatternReply,
  type Refusal,
  SOUND_DIRECTIONS,
  type SoundMap,
  type BarPattern,
} from "./protocol";
import { stepsPerBar } from "./units";
import wire from "./wireSchemas.generated.json" with { type: "json" };
import type { components } from "./wireTypes.generated";

type Messages = components["schemas"];
export type MessageName = keyof Messages;

/** A message that is not what the protocol promises; the text names the field and the broken rule. */
export class ProtocolError extends Error {}

const schemas: Record<string, object> = {};
const validators = new Map<MessageName, Validator>();

/** On the wire, messages are complete: every property is required. */
function requireAll(schema: object): object {
  if ("properties" in schema) Object.assign(schema, { required: Object.keys(schema.properties as object) });
  for (const part of Object.values(schema)) if (typeof part === "object" && part !== null) requireAll(part as object);
  return schema;
}

/** More messages that can be read; those that the page can do without at its start come with `laterMessages.ts`. */
export const addSchemas = (more: Readonly<Record<string, object>>): unknown => Object.assign(schemas, requireAll(structuredClone(more)));
addSchemas(wire);

function validatorOf(name: MessageName): Validator {
  const known = validators.get(name);
  if (known) return known;
  const made = new Validator({ components: { schemas }, $ref: `#/components/schemas/${name}` }, "2020-12");
  validators.set(name, made);
  return made;
}

/** This value as a message of that name; ProtocolError for anything else. */
export function readMessage<Name extends MessageName>(name: Name, value: unknown): Messages[Name] {
  const wrong = numberThatIsNone(value);
  if (wrong) throw new ProtocolError(`${[name, ...wrong.place].join(".")}: numbers are finite, got ${wrong.number}`);
  const { valid, errors } = validatorOf(name).validate(value);
  if (!valid) {
    const { instanceLocation = "#", error = "it is none" } = errors.at(-1) ?? {}; // the innermost
    const place = instanceLocation.slice(2).replaceAll("/", ".");
    throw new ProtocolError(`${[name, place].filter(Boolean).join(".")}: ${error}`);
  }
  const message = value as Messages[Name];
  RULES[name]?.(message);
  return message;
}

/** Infinity and NaN, which schemas let through: 1e999 in JSON is infinite. */
function numberThatIsNone(value: unknown): { readonly place: readonly string[]; readonly number: number } | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : { place: [], number: value };
  if (typeof value !== "object" || value === null) return null;
  for (const [name, each] of Object.entries(value)) {
    const found = numberThatIsNone(each);
    if (found) return { ...found, place: [name, ...found.place] };
  }
  return null;
}

export function readMessages<Name extends MessageName>(name: Name, value: unknown): Messages[Name][] {
  if (!Array.isArray(value)) throw new ProtocolError(`not a list of ${name}`);
  return value.map((each) => readMessage(name, each));
}

/** A reply with as many bars as were asked for. */
export function readPatternReply(value: unknown, count: number): PatternReply {
  const reply = readMessage("PatternReply", value);
  if (reply.patterns.length !== count) throw new ProtocolError(`asked for ${count} patterns, got ${reply.patterns.length}`);
  return reply;
}

/** The server's refusal, or null for an answer that is none. */
export function readRefusal(value: unknown): Refusal | null {
  try {
    return readMessage("Refusal", value);
  } catch {
    return null;
  }
}

// ---- what a schema cannot say: how the parts of a message go together

const RULES: { readonly [Name in MessageName]?: (message: Messages[Name]) => void } = {
  BarPattern: strokesLieInTheirBar,
  PatternReply: ({ patterns }) => patterns.forEach(strokesLieInTheirBar),
  PatternMade: ({ pattern }) => strokesLieInTheirBar(pattern),
  ShiftReply: ({ pattern }) => strokesLieInTheirBar(pattern),
  CorpusMap: corpusIsATable,
  SoundMap: soundsAreATable,
  MapGround: groundIsASquare,
  KitVoice: comesFromSomewhere,
  KitDraw: ({ kept }) => Object.values(kept).forEach(comesFromSomewhere),
  DrawnKit: ({ voices }) => voices.forEach(comesFromSomewhere),
  KeptKit: ({ voices }) => voices.forEach(comesFromSomewhere),
};

function strokesLieInTheirBar({ meter, strokes }: BarPattern): void {
  const steps = stepsPerBar(meter);
  if (!Number.isInteger(steps) || steps < 1 || steps > 512) throw new ProtocolError(`no bar of meter ${meter.join("/")}`);
  const outside = strokes.find(([, step]) => step >= steps);
  if (outside) throw new ProtocolError(`step ${outside[1]} lies outside a bar of ${steps} steps`);
}

function areOneTable(what: string, columns: readonly (readonly unknown[])[]): void {
  if (new Set(columns.map((column) => column.length)).size > 1) throw new ProtocolError(`the columns of ${what} differ in length`);
}

function areIndices(column: readonly number[], names: readonly string[], what: string, first = 0): void {
  if (column.some((index) => !Number.isInteger(index) || index < first || index >= names.length)) throw new ProtocolError(`a ${what} is not in the list`);
}

function corpusIsATable({ x, y, style, styles, section, sections, source, sources, licences, own }: CorpusMap): void {
  areOneTable("the corpus", [x, y, style, section, source]);
  areIndices(style, styles, "style", -1); // -1 is unlabelled
  areIndices(section, sections, "section");
  areIndices(source, sources, "source");
  areIndices(own, sources, "source of the player's own");
  areOneTable("the sources", [sources, licences]);
}

function soundsAreATable(map: SoundMap): void {
  const known = SOUND_DIRECTIONS.map((name) => map[name]).filter((ranks) => ranks.length > 0); // a space may know none
  areOneTable("the map", [map.x, map.y, map.source, ...known]);
  areIndices(map.source, map.sources, "source");
  areOneTable("the sources", [map.sources, map.licences]);
}

function groundIsASquare({ size, distance, styles }: MapGround): void {
  for (const field of [distance, ...Object.values(styles)])
    if (field.length !== size * size) throw new ProtocolError(`the map has ${size} times ${size} points, got ${field.length}`);
}

/** The twin of `KitVoice` in `clave/play/project/voices.py`. */
function comesFromSomewhere({ from, point, kit, file, twin }: KitVoice): void {
  const source = { map: point, factory: kit, file }[from];
  if (source === null) throw new ProtocolError(`a voice from the ${from} names its ${{ map: "point", factory: "kit", file: "file" }[from]}`);
  if (twin && (from !== "file" || !point)) throw new ProtocolError("the twin of a file has a point; only a file has a twin");
}
