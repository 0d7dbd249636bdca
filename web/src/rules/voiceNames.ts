/** Which voice a file name means: the twin of the names in `clave/files/audio_file.py`; `tests/fixtures/voice_names.json` holds both to the same answers. */

import type { VoiceInfo } from "./protocol";

/** Words beside the names and aliases that the voices have anyway. */
export const MORE_WORDS: Readonly<Record<string, string>> = {
  kick: "kik kck kd bdr bdrum",
  snare: "sn snr sdr brush",
  "closed hi-hat": "hat hhc hhp closed-hh hh-closed hhcl cl-hat cls-hat pedal-hat pedal-hihat hihat-pedal hat-closed",
  "open hi-hat": "hho open-hh hh-open hhop op-hat opn-hat hat-open open-cymbal",
  tom: "tm tms ft floor-tom rack-tom low-tom mid-tom high-tom lo-tom hi-tom lowtom midtom hightom lotom hitom",
  cymbal: "cym crsh rc cc splash china ride-bell bell-ride rd-bell",
  clap: "clp hclp handclap",
  other:
    "rimshot rim-shot rimclick rim-click side-stick cross-stick x-stick sst snare-rim cowbell cow-bell cowb cb clave clav shaker " +
    "shk maraca ma conga lc mc hc bongo tambourine tamb tmb woodblock wood-block block triangle agogo cabasa guiro " +
    "timbale snap finger-snap vibraslap whistle bell castanet cajon djembe tabla darbuka surdo cuica",
};
/** A closed hat with one of these is an open one. */
export const OPEN_WORDS: readonly string[] = ["open", "op", "opn", "o", "opened", "semiopen", "halfopen"];
/** Words that may end another: "fatsnare". */
export const GLUED: readonly string[] =
  "kick snare clap hihat openhat closedhat cymbal crash shaker cowbell conga bongo tambourine rimshot".split(" ");

/** Machines whose names would be voices: CompuRhythm, RD-8, MC-303, MT-32, Superior Drummer 3. They end at no digit. */
export const MODELS =
  "(?<![a-z])(?:cr[-_ ]?(?:68|78|1000|5000|8000)|rd-(?:6|8|9|78)|rd78|mc[-_ ]?(?:101|303|307|505|707|808|909)" +
  "|mt[-_ ]?32|sd[-_ ]?3(?= (?:samples|library|kits?)))(?![0-9])";
const ALL_MODELS = new RegExp(MODELS, "g");
const RIM = /rim|side-?_? ?stick|cross-?_? ?stick|x-?_? ?stick/;

/** The name in small letters, composed, with a space where a capital begins a word, without models of machines. */
function plain(name: string): string {
  return name
    .normalize("NFC")
    .replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
    .toLowerCase()
    .replace(ALL_MODELS, " ");
}

/** Its words in lower case; capitals, digits and punctuation separate them. */
const wordsOf = (name: string): string[] => plain(name).match(/[a-z]+/g) ?? [];

/** Each phrase, as words and joined, with the index of the voice that it means. */
function phrasesOf(voices: readonly VoiceInfo[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  voices.forEach(({ name, aliases }, voice) => {
    for (const phrase of [name, ...aliases, ...(MORE_WORDS[name]?.split(" ") ?? [])]) {
      found.set(wordsOf(phrase).join(" "), voice).set(wordsOf(phrase).join(""), voice);
    }
  });
  return found;
}

/** The voice of a word or several, in the singular or the plural. */
function voiceOfPhrase(phrase: string, phrases: ReadonlyMap<string, number>): number | undefined {
  const singular = phrase.replace(/s$/, "");
  const glued = phrase.includes(" ") ? undefined : GLUED.find((word) => singular.endsWith(word));
  return phrases.get(phrase) ?? phrases.get(singular) ?? (glued === undefined ? undefined : phrases.get(glued));
}

/** The index of the voice that a name means; null if it names none, or several. A longer phrase goes before the words in it. */
function voiceInName(name: string, voices: readonly VoiceInfo[], phrases: ReadonlyMap<string, number>): number | null {
  const whole = plain(name);
  const matches = [...whole.matchAll(/[a-z]+/g)];
  const words = matches.map(([word]) => word);
  const found = new Map<number, boolean>(); // and whether a word says so that is no short one with a number, as of a machine
  for (let place = 0; place < words.length; ) {
    let taken = 1;
    for (const length of [3, 2, 1]) {
      const voice = voiceOfPhrase(words.slice(place, place + length).join(" "), phrases);
      if (voice === undefined) continue;
      const word = words[place]!;
      const numbered = word.length <= 2 && /^[-_ ]?[0-9]/.test(whole.slice(matches[place]!.index + word.length));
      found.set(voice, (found.get(voice) ?? false) || !numbered);
      taken = length;
      break;
    }
    place += taken;
  }
  const sure = [...found].filter(([, isSure]) => isSure);
  const left = found.size > 1 && sure.length > 0 ? sure : [...found];
  const named = left.map(([voice]) => voice);
  const index = (wanted: string) => voices.findIndex(({ name: each }) => each === wanted);
  const ofSnareAndOther = named.length === 2 && named.includes(index("snare")) && named.includes(index("other"));
  if (ofSnareAndOther && RIM.test(whole)) return index("other");
  const [voice, another] = named;
  if (voice === undefined || another !== undefined) return null;
  const open = voices[voice]!.name === "closed hi-hat" && words.some((word) => OPEN_WORDS.includes(word));
  return open ? index("open hi-hat") : voice;
}

/** The voice of a file in a folder of sounds: the file's name says it, or else the nearest folder's that does. */
export function voiceOfFile(path: string, voices: readonly VoiceInfo[]): number | null {
  const phrases = phrasesOf(voices);
  for (const part of path.replace(/\.[^./]*$/, "").split("/").reverse()) {
    const voice = voiceInName(part, voices, phrases);
    if (voice !== null) return voice;
  }
  return null;
}
