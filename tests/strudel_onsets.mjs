// What @strudel/core plays of a Strudel text: node strudel_onsets.mjs FILE CYCLES prints [cycle, sound, gain, bank] of each.
import fs from "node:fs";
import * as core from "@strudel/core";
import { mini } from "@strudel/mini";

core.setStringParser(mini);
let cyclesPerMinute = null;
const names = { ...core, samples: () => {}, setcpm: (cpm) => (cyclesPerMinute = cpm) };
const text = fs.readFileSync(process.argv[2], "utf8").replace("\nstack(", "\nreturn stack(");
const pattern = new Function(...Object.keys(names), text)(...Object.values(names));
const hits = pattern
  .queryArc(0, Number(process.argv[3]))
  .filter((hap) => hap.hasOnset())
  .map((hap) => [Number(hap.whole.begin.valueOf()), hap.value.s + (hap.value.n ? `:${hap.value.n}` : ""), hap.value.gain, hap.value.bank]);
console.log(JSON.stringify({ cyclesPerMinute, hits: hits.sort((a, b) => a[0] - b[0]) }));
