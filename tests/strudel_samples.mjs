// Whether superdough finds every sound in FOLDER/strudel.json: node strudel_samples.mjs ADDRESS, where FOLDER is served.
import fs from "node:fs";

const plain = globalThis.fetch; // a browser says which page asks
globalThis.fetch = (url) => plain(url, { headers: { origin: "https://strudel.cc" } });

// its sampler alone: all of superdough needs the audio of a browser
const text = fs.readFileSync("node_modules/superdough/sampler.mjs", "utf8");
const part = (name) => text.slice(text.indexOf(name), text.indexOf("\n}", text.indexOf(name)) + 2).replace("export ", "");
const base = fs.readFileSync("node_modules/superdough/util.mjs", "utf8");
const getBaseURL = new Function(`${base.slice(base.indexOf("export const getBaseURL")).split("\n};")[0].replace("export ", "")}\n};\nreturn getBaseURL;`)();
const known = "const getSamplesPrefixHandler = () => undefined, resolveSpecialPaths = (url) => url, githubPath = (url) => url;";
const map = text.slice(text.indexOf("export const processSampleMap"), text.indexOf("// allows adding a custom url prefix")).replace("export ", "");
const { fetchSampleMap, processSampleMap } = new Function("getBaseURL", `${known}\n${map}\n${part("export async function fetchSampleMap")}\nreturn { fetchSampleMap, processSampleMap };`)(getBaseURL);

const [json, address] = await fetchSampleMap(process.argv[2]);
const urls = [];
processSampleMap(json, (_, sounds) => urls.push(...sounds), address);
for (const url of urls) {
  const reply = await fetch(url);
  if (!reply.ok || !(await reply.arrayBuffer()).byteLength) throw new Error(`${reply.status}: ${url}`);
}
if (urls.length < 8) throw new Error(`only ${urls.length} sounds`);
console.log(`${urls.length} sounds`);
