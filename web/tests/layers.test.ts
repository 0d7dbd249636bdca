/** The page's folders stand in one order, and each imports only from itself and from those before it. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

// The one list. web/README.md shows the same lines.
const LAYERS = `
rules   what a project, a bar and a sound are; twins of the Python rules, messages of the server, words that say them
net     where bars, sounds and maps come from: the server; its socket for controls from outside
audio   the audio graph, the clock, kits as buffers
static  what stands in for the server in a page without one: bars, sounds and MIDI files made here
midi    MIDI out and in: settings, ports, strokes, controls and clock as messages
map     how maps are drawn
state   the store, what is remembered, what a player can do
views   what is drawn, keys and styles
main    builds the page
`;

const ORDER = LAYERS.trim()
  .split("\n")
  .map((line) => line.split(" ")[0]!);
const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** What rules may not touch: they are the same in Python, in a test and in the page. */
const NOT_IN_RULES = /@preact|\b(document|window|localStorage|sessionStorage|fetch|navigator|performance|setTimeout|AudioBuffer|AudioContext|PointerEvent)\b/;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".test.ts"))
  .sort();
const code = new Map(files.map((path) => [path, readFileSync(join(SRC, path), "utf8")]));

const layerOf = (path: string): string => path.split("/")[0]!.replace(/\.tsx?$/, "");

/** The files of the page that a file imports, types included; styles, data and packages are left out. */
function importsOf(path: string): string[] {
  const named = [...code.get(path)!.matchAll(/(?:from|import|import\()\s*"(\.[^"]+)"/g)].map((match) => match[1]!);
  return named.filter((name) => !/\.(css|json|md\?url)$/.test(name)).map((name) => fileAt(resolve(SRC, dirname(path), name)));
}

function fileAt(target: string): string {
  const found = ["", ".ts", ".tsx"].map((suffix) => relative(SRC, target + suffix).replaceAll("\\", "/")).find((path) => code.has(path));
  if (found === undefined) throw new Error(`there is no file at ${target}`);
  return found;
}

describe("each file imports only from its own folder and those before it", () => {
  test.each(files)("%s", (path) => {
    const here = ORDER.indexOf(layerOf(path));
    expect(importsOf(path).filter((other) => ORDER.indexOf(layerOf(other)) > here)).toEqual([]);
  });
});

test("no file imports itself by way of others", () => {
  const finished = new Set<string>();
  const cycleFrom = (path: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (finished.has(path)) return null;
    for (const other of importsOf(path)) {
      const cycle = cycleFrom(other, [...way, path]);
      if (cycle) return cycle;
    }
    finished.add(path);
    return null;
  };
  expect(files.map((path) => cycleFrom(path, [])).find((cycle) => cycle !== null)).toBeUndefined();
});

test("rules know no signal, no document, no network and no sound", () => {
  const uncommented = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  expect(files.filter((path) => layerOf(path) === "rules" && NOT_IN_RULES.test(uncommented(code.get(path)!)))).toEqual([]);
});

test("the folders are these, and README.md shows their list", () => {
  expect(readdirSync(SRC).map(layerOf).sort()).toEqual([...ORDER].sort());
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  for (const line of LAYERS.trim().split("\n")) expect(readme).toContain(line);
});
