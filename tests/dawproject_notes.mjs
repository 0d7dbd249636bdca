// What openDAW's reader finds in a DAWproject: node dawproject_notes.mjs project.xml prints its tracks, notes and tempo.
import fs from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM();
for (const name of ["DOMParser", "Element", "Node", "XMLSerializer", "NodeFilter"]) globalThis[name] = window[name];
const { Xml } = await import("@opendaw/lib-xml");
const { ProjectSchema } = await import("@opendaw/lib-dawproject");

const project = Xml.parse(fs.readFileSync(process.argv[2], "utf8"), ProjectSchema);
const notesOf = (lanes) =>
  lanes.flatMap((lane) => {
    if (lane.lanes) return notesOf(lane.lanes);
    return (lane.clips ?? []).flatMap((clip) => (clip.content ?? []).flatMap((inner) => (inner.notes ?? []).map((note) => [clip.time + note.time, note.key, note.vel])));
  });
const { arrangement, structure, scenes, transport } = project;
console.log(
  JSON.stringify({
    tracks: structure.map(({ name }) => name),
    scenes: scenes.length,
    tempo: transport.tempo.value,
    tempos: arrangement.tempoAutomation.points.map(({ time, value, interpolation }) => [time, value, interpolation]),
    markers: (arrangement.markers?.marker ?? []).map(({ time, name }) => [time, name]),
    notes: notesOf(arrangement.lanes.lanes).sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  }),
);
