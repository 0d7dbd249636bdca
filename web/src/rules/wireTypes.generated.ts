/** Made by `npm run types` from tests/fixtures/openapi.json: do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What one hears in a bar, in the units of `clave.rhythm.attributes`. */
        readonly Attributes: {
            readonly density: number;
            readonly syncopation: number;
            readonly swing: number;
            readonly loudness: number;
        };
        /** @description POST /api/patterns/complete: blocks of a bar stay, struck or silent; the rest is played anew around them. */
        readonly CompleteRequest: {
            readonly pattern: components["schemas"]["WirePattern"];
            readonly keep: readonly (readonly [
                number,
                number,
                number
            ])[];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly seed: number;
        };
        /** @description GET /api/corpus: the bars that the space was learned from, column by column. */
        readonly CorpusMap: {
            readonly x: readonly number[];
            readonly y: readonly number[];
            readonly style: readonly number[];
            readonly styles: readonly string[];
            readonly section: readonly number[];
            readonly sections: readonly string[];
            readonly source: readonly number[];
            readonly sources: readonly string[];
            readonly licences: readonly string[];
            readonly credit: string;
        };
        /** @description The answer to it, in the order of the table. */
        readonly DrawnKit: {
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description POST /api/patterns/feel: the same strokes, played by a drummer; a PatternMade answers. */
        readonly FeelRequest: {
            readonly pattern: components["schemas"]["WirePattern"];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly amount: number;
            readonly like: components["schemas"]["WirePattern"] | null;
            readonly seed: number;
        };
        /** @description What one hears in a sound. */
        readonly Heard: {
            readonly brightness_hz: number;
            readonly decay_s: number;
            readonly pitch_hz: number | null;
            readonly noisiness: number;
        };
        /** @description GET /api/instrument: all that the page must know before it draws. */
        readonly Instrument: {
            readonly version: string;
            readonly space: components["schemas"]["SpaceInfo"];
            readonly sound: components["schemas"]["SoundInfo"] | null;
            readonly voices: readonly components["schemas"]["VoiceInfo"][];
            readonly kits: readonly components["schemas"]["KitInfo"][];
        };
        /** @description Which kept kit it is. */
        readonly KeptId: {
            readonly id: number;
        };
        /** @description GET /api/kept: a kit in the list of those kept. */
        readonly KeptInfo: {
            readonly id: number;
            readonly name: string;
            readonly changed: string;
            readonly versions: number;
        };
        /** @description GET /api/kept/{id} and /api/kept/{id}/history/{version}: a kept kit as it was then. */
        readonly KeptKit: {
            readonly id: number;
            readonly name: string;
            readonly changed: string;
            readonly version: number;
            readonly versions: number;
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description GET /api/kept/{id}/history: one of its versions, numbered from 1. */
        readonly KeptVersion: {
            readonly version: number;
            readonly changed: string;
        };
        /** @description POST /api/kits/draw: sounds for all eight voices, but for those that are kept. */
        readonly KitDraw: {
            readonly seed: number;
            readonly kept: {
                readonly [key: string]: components["schemas"]["KitVoice"];
            };
        };
        /** @description A kit that the server can give; its clips are at /api/kits/{name}/{voice index}.wav. */
        readonly KitInfo: {
            readonly name: string;
            readonly label: string;
        };
        /** @description POST /api/kept: a kit under a name; another of the same name is its next version. */
        readonly KitToKeep: {
            readonly name: string;
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description One voice of a kit: where its sound comes from, and how it is played. */
        readonly KitVoice: {
            /** @enum {string} */
            readonly from: "map" | "factory" | "file";
            readonly point: readonly [
                number,
                number
            ] | null;
            readonly detail: readonly number[] | null;
            readonly variation: number;
            readonly seed: number;
            readonly shift: components["schemas"]["SoundShift"];
            readonly kit: string | null;
            readonly file: string | null;
            readonly twin: boolean;
            readonly gain: number;
            readonly tune: number;
            readonly decay: number;
        };
        /**
         * @description GET /api/map/ground: the map beneath its points, on a square lattice from (-span, -span) to (span, span).
         *
         *     Each list has size * size shares, row by row: the first row is y = -span, from x = -span on.
         */
        readonly MapGround: {
            readonly size: number;
            readonly span: number;
            readonly distance: readonly number[];
            readonly styles: {
                readonly [key: string]: readonly number[];
            };
        };
        /** @description What one heard, and hears now. */
        readonly Measured: {
            readonly before: components["schemas"]["Attributes"];
            readonly after: components["schemas"]["Attributes"];
        };
        /** @description POST /api/midi: answers with a Standard MIDI File. */
        readonly MidiRequest: {
            readonly patterns: readonly components["schemas"]["WirePattern"][];
            readonly tempo_bpm: number;
            readonly swing: number;
            readonly on_grid: boolean;
        };
        /** @description GET /api/map/neighbours?x=&y=&n=: one of the bars that were learned from, the nearest first. */
        readonly Neighbour: {
            readonly x: number;
            readonly y: number;
            readonly style: string | null;
            readonly section: string;
            readonly source: string;
            readonly licence: string;
            readonly distance: number;
        };
        /** @description One bar that was made from another. */
        readonly PatternMade: {
            readonly pattern: components["schemas"]["WirePattern"];
        };
        /** @description One bar a point, in the order asked; or the bars of a phrase. */
        readonly PatternReply: {
            readonly patterns: readonly components["schemas"]["WirePattern"][];
        };
        /** @description POST /api/patterns: which bars lie at these points. */
        readonly PatternRequest: {
            readonly points: readonly (readonly [
                number,
                number
            ])[];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly variation: number;
            readonly density: number | null;
            readonly seed: number;
            readonly meter: readonly [
                number,
                number
            ];
            readonly shift: components["schemas"]["RhythmShift"];
        };
        /** @description POST /api/phrases: bars at a point that agree with each other; a PatternReply answers. */
        readonly PhraseRequest: {
            readonly point: readonly [
                number,
                number
            ];
            readonly bars: number;
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly variation: number;
            readonly fill: boolean;
            readonly seed: number;
            readonly meter: readonly [
                number,
                number
            ];
        };
        /** @description POST /api/sounds/{voice index}/place, with a sound file as the body: where it lies on the voice's map. */
        readonly PlacedSound: {
            readonly point: readonly [
                number,
                number
            ];
            readonly detail: readonly number[];
            readonly file: string;
            readonly heard: components["schemas"]["Heard"];
            readonly nearest: readonly number[];
        };
        /** @description The body of every 4xx answer: what was wrong, in a sentence for a person. */
        readonly Refusal: {
            readonly error: string;
            /** @enum {string} */
            readonly kind: "request" | "space" | "midi" | "kit" | "sound" | "not found";
        };
        /** @description PATCH /api/kept/{id}. */
        readonly Rename: {
            readonly name: string;
        };
        /** @description How far a bar is moved along what one hears in it, in standard deviations of the bars learned from. */
        readonly RhythmShift: {
            readonly density: number;
            readonly syncopation: number;
            readonly swing: number;
            readonly loudness: number;
        };
        /** @description The answer to a ShiftRequest. */
        readonly ShiftReply: {
            readonly pattern: components["schemas"]["WirePattern"];
            readonly measured: components["schemas"]["Measured"];
        };
        /** @description POST /api/patterns/shift: a bar, moved along what one hears in it. */
        readonly ShiftRequest: {
            readonly pattern: components["schemas"]["WirePattern"];
            readonly shift: components["schemas"]["RhythmShift"];
        };
        /** @description The sound space that is being played. */
        readonly SoundInfo: {
            readonly name: string;
            readonly voices: readonly string[];
            readonly licence: string;
            readonly credit: string;
            readonly sounds: number;
            readonly detail_size: number;
            readonly directions: readonly string[];
        };
        /**
         * @description GET /api/sounds/{voice index}/map: the sounds of a voice that the space was learned from, column by column.
         *
         *     The descriptors are ranks among these sounds, from 0, the least, to 1; empty where the space knows none.
         */
        readonly SoundMap: {
            readonly x: readonly number[];
            readonly y: readonly number[];
            readonly source: readonly number[];
            readonly sources: readonly string[];
            readonly licences: readonly string[];
            readonly brightness: readonly number[];
            readonly decay: readonly number[];
            readonly pitch: readonly number[];
            readonly noisiness: readonly number[];
        };
        /**
         * @description POST /api/sounds/{voice index}: answers with a WAV file at the level of its voice, ready to play.
         *
         *     Its header `clave-heard` is a `Heard` as JSON.
         */
        readonly SoundRequest: {
            readonly point: readonly [
                number,
                number
            ];
            readonly detail: readonly number[] | null;
            readonly variation: number;
            readonly seed: number;
            readonly shift: components["schemas"]["SoundShift"];
        };
        /** @description How far a sound is moved along what one hears, in standard deviations of the voice's sounds. */
        readonly SoundShift: {
            readonly brightness: number;
            readonly decay: number;
            readonly pitch: number;
            readonly noisiness: number;
        };
        /** @description The rhythm space that is being played. */
        readonly SpaceInfo: {
            readonly name: string;
            readonly styles: readonly string[];
            readonly sections: readonly string[];
            readonly meters: readonly (readonly [
                number,
                number
            ])[];
            readonly directions: readonly string[];
            readonly bars: number;
            readonly licence: string;
            readonly credit: string;
        };
        /**
         * @description POST /api/patterns/taps: drums for a rhythm that was tapped; a PatternMade answers.
         *
         *     `filling.as_taps` says how taps come to lie on the grid: several loops may be folded into one bar.
         */
        readonly TapsRequest: {
            readonly taps: readonly (readonly [
                number,
                number
            ])[];
            readonly meter: readonly [
                number,
                number
            ];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly seed: number;
        };
        /** @description One row of the table of voices. */
        readonly VoiceInfo: {
            readonly name: string;
            readonly note: number;
            readonly colour: string;
            readonly choke_group: number | null;
            readonly aliases: readonly string[];
        };
        /** @description One bar, as the list of its strokes. */
        readonly WirePattern: {
            readonly meter: readonly [
                number,
                number
            ];
            readonly strokes: readonly (readonly [
                number,
                number,
                number,
                number
            ])[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Attributes = components['schemas']['Attributes'];
export type CompleteRequest = components['schemas']['CompleteRequest'];
export type CorpusMap = components['schemas']['CorpusMap'];
export type DrawnKit = components['schemas']['DrawnKit'];
export type FeelRequest = components['schemas']['FeelRequest'];
export type Heard = components['schemas']['Heard'];
export type Instrument = components['schemas']['Instrument'];
export type KeptId = components['schemas']['KeptId'];
export type KeptInfo = components['schemas']['KeptInfo'];
export type KeptKit = components['schemas']['KeptKit'];
export type KeptVersion = components['schemas']['KeptVersion'];
export type KitDraw = components['schemas']['KitDraw'];
export type KitInfo = components['schemas']['KitInfo'];
export type KitToKeep = components['schemas']['KitToKeep'];
export type KitVoice = components['schemas']['KitVoice'];
export type MapGround = components['schemas']['MapGround'];
export type Measured = components['schemas']['Measured'];
export type MidiRequest = components['schemas']['MidiRequest'];
export type Neighbour = components['schemas']['Neighbour'];
export type PatternMade = components['schemas']['PatternMade'];
export type PatternReply = components['schemas']['PatternReply'];
export type PatternRequest = components['schemas']['PatternRequest'];
export type PhraseRequest = components['schemas']['PhraseRequest'];
export type PlacedSound = components['schemas']['PlacedSound'];
export type Refusal = components['schemas']['Refusal'];
export type Rename = components['schemas']['Rename'];
export type RhythmShift = components['schemas']['RhythmShift'];
export type ShiftReply = components['schemas']['ShiftReply'];
export type ShiftRequest = components['schemas']['ShiftRequest'];
export type SoundInfo = components['schemas']['SoundInfo'];
export type SoundMap = components['schemas']['SoundMap'];
export type SoundRequest = components['schemas']['SoundRequest'];
export type SoundShift = components['schemas']['SoundShift'];
export type SpaceInfo = components['schemas']['SpaceInfo'];
export type TapsRequest = components['schemas']['TapsRequest'];
export type VoiceInfo = components['schemas']['VoiceInfo'];
export type WirePattern = components['schemas']['WirePattern'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
