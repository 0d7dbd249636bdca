/** Made by `npm run types` from tests/fixtures/project.schema.json: do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A place on the map with a name, that a path may go through. */
        readonly Anchor: {
            readonly name: string;
            readonly point: readonly [
                number,
                number
            ];
        };
        /** @description The value of a parameter over the bars of a scene: straight between its breakpoints, level beyond them. */
        readonly Automation: {
            readonly parameter: string;
            readonly breakpoints: readonly components["schemas"]["Breakpoint"][];
        };
        /** @description One bar, as the list of its strokes. */
        readonly BarPattern: {
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
        /** @description A value that an automated parameter has at this place, in bars from the start of the scene. */
        readonly Breakpoint: {
            readonly bar: number;
            readonly value: number;
        };
        /** @description Blocks of the bar stay, struck or silent; the rest is written anew around them. */
        readonly Complete: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "complete";
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
        /** @description A bar on which operations were done, one after the other. */
        readonly Edited: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "edited";
            readonly base: components["schemas"]["Generated"] | components["schemas"]["Given"];
            readonly operations: readonly (components["schemas"]["SetCells"] | components["schemas"]["Humanise"] | components["schemas"]["Shift"] | components["schemas"]["Complete"] | components["schemas"]["FollowTaps"])[];
        };
        /** @description Drums for a rhythm that was tapped take the place of the bar, in its meter. */
        readonly FollowTaps: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "taps";
            readonly taps: readonly (readonly [
                number,
                number
            ])[];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly seed: number;
        };
        /** @description The bar that the rhythm space has at a point of its map. */
        readonly Generated: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "generated";
            readonly point: readonly [
                number,
                number
            ];
            readonly settings: components["schemas"]["GenerationSettings"];
            readonly phrase: components["schemas"]["Phrase"] | null;
        };
        /** @description What the rhythm space is asked for besides the point. */
        readonly GenerationSettings: {
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly meter: readonly [
                number,
                number
            ];
            readonly variation: number;
            readonly density: number | null;
            readonly shift: components["schemas"]["RhythmShift"];
            readonly seed: number;
        };
        /** @description A bar that was played, read from a file, or written by hand. */
        readonly Given: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "given";
            readonly pattern: components["schemas"]["BarPattern"];
            readonly source: string;
        };
        /** @description The same strokes, played by a drummer: velocity and micro-timing from the space. */
        readonly Humanise: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "humanise";
            readonly amount: number;
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly like: (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"]) | null;
            readonly seed: number;
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
            readonly file_name: string | null;
            readonly twin: boolean;
            readonly levelled: boolean;
            readonly gain: number;
            readonly tune: number;
            readonly decay: number;
            readonly locked: boolean;
        };
        /** @description How a voice plays its row, whatever the bar is. */
        readonly Lane: {
            readonly hold: (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"]) | null;
            readonly density: number;
            readonly probability: number;
            readonly ratchet: number;
            readonly ratchet_probability: number;
            readonly accent: number;
            readonly nudge_ms: number;
            readonly swing: number | null;
            readonly loop_steps: number | null;
        };
        /** @description A parameter that swings around its value: depth times a wave between -1 and 1. */
        readonly Modulation: {
            readonly parameter: string;
            /** @enum {string} */
            readonly shape: "sine" | "triangle" | "saw" | "square" | "steps" | "random";
            readonly period: number;
            /** @enum {string} */
            readonly unit: "bars" | "beats";
            readonly phase: number;
            readonly depth: number;
            readonly values: readonly number[];
            readonly seed: number;
        };
        /**
         * @description A way over the map, travelled in so many bars a round.
         *
         *     Points are evenly spaced along its length, the first bar at its start and the last at its end.
         */
        readonly Path: {
            readonly points: readonly (readonly [
                number,
                number
            ])[];
            /** @enum {string} */
            readonly curve: "line" | "smooth";
            readonly smoothing: number;
            readonly bars: number;
            /** @enum {string} */
            readonly way: "once" | "loop" | "ping-pong";
            /** @enum {string} */
            readonly quantum: "step" | "beat" | "bar";
            readonly travelling: boolean;
            readonly edits: readonly components["schemas"]["PathEdit"][];
        };
        /** @description What was done to one bar of a path's round. */
        readonly PathEdit: {
            readonly bar: number;
            readonly operations: readonly (components["schemas"]["SetCells"] | components["schemas"]["Humanise"] | components["schemas"]["Shift"] | components["schemas"]["Complete"] | components["schemas"]["FollowTaps"])[];
            readonly fill: boolean;
        };
        /** @description Which bar of a phrase: bars that were generated together and agree. */
        readonly Phrase: {
            readonly bars: number;
            readonly index: number;
            readonly fill: boolean;
        };
        /** @description Eight sounds under the name they were chosen by. */
        readonly ProjectKit: {
            readonly name: string;
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description How far a bar is moved along what one hears in it, in standard deviations of the bars learned from. */
        readonly RhythmShift: {
            readonly density: number;
            readonly syncopation: number;
            readonly swing: number;
            readonly loudness: number;
        };
        /** @description All that sounds: a loop of bars or a path over the map, the kit, the mix, and what moves. */
        readonly Scene: {
            readonly name: string;
            readonly tempo: readonly components["schemas"]["TempoChange"][];
            readonly swing: number;
            readonly settings: components["schemas"]["GenerationSettings"];
            readonly bars: readonly (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"])[];
            readonly fill: (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"]) | null;
            readonly fill_every: number;
            readonly anchors: readonly components["schemas"]["Anchor"][];
            readonly path: components["schemas"]["Path"] | null;
            readonly kit: components["schemas"]["ProjectKit"];
            readonly mix: readonly components["schemas"]["VoiceMix"][];
            readonly lanes: readonly components["schemas"]["Lane"][];
            readonly modulations: readonly components["schemas"]["Modulation"][];
            readonly automations: readonly components["schemas"]["Automation"][];
        };
        /** @description Strokes written by hand: each cell gets this velocity and offset, or falls silent. Needs no model. */
        readonly SetCells: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "cells";
            readonly cells: readonly (readonly [
                number,
                number,
                number,
                number
            ])[];
        };
        /** @description The bar, moved along what one hears in it. */
        readonly Shift: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "shift";
            readonly shift: components["schemas"]["RhythmShift"];
        };
        /** @description A scene that is played for so many bars. */
        readonly SongPart: {
            readonly scene: number;
            readonly bars: number;
            readonly fill: boolean;
            readonly morph_bars: number;
        };
        /** @description How far a sound is moved along what one hears, in standard deviations of the voice's sounds. */
        readonly SoundShift: {
            readonly brightness: number;
            readonly decay: number;
            readonly pitch: number;
            readonly noisiness: number;
        };
        /** @description A space that a project was made with. */
        readonly SpaceReference: {
            readonly name: string;
            readonly hash: string;
        };
        /** @description The spaces that a project was made with; None: not known, or none. */
        readonly Spaces: {
            readonly rhythm: components["schemas"]["SpaceReference"] | null;
            readonly sound: components["schemas"]["SpaceReference"] | null;
        };
        /** @description The tempo from this bar on: at once, or reached in a ramp from the change before. */
        readonly TempoChange: {
            readonly bar: number;
            readonly tempo_bpm: number;
            readonly ramp: boolean;
        };
        /** @description How loud a voice is, and where it stands. */
        readonly VoiceMix: {
            readonly level: number;
            readonly pan: number;
            readonly mute: boolean;
            readonly solo: boolean;
        };
        /** @description What is being played. `clave.project` loads and saves it, `clave.perform` plays it. */
        readonly Project: {
            /** @constant */
            readonly format: "clave project";
            /** @constant */
            readonly version: 1;
            readonly name: string;
            readonly spaces: components["schemas"]["Spaces"];
            readonly seed: number;
            readonly volume: number;
            /** @enum {string} */
            readonly quantum: "step" | "beat" | "bar";
            readonly scene: components["schemas"]["Scene"];
            readonly scenes: readonly (components["schemas"]["Scene"] | null)[];
            readonly song: readonly components["schemas"]["SongPart"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Anchor = components['schemas']['Anchor'];
export type Automation = components['schemas']['Automation'];
export type BarPattern = components['schemas']['BarPattern'];
export type Breakpoint = components['schemas']['Breakpoint'];
export type Complete = components['schemas']['Complete'];
export type Edited = components['schemas']['Edited'];
export type FollowTaps = components['schemas']['FollowTaps'];
export type Generated = components['schemas']['Generated'];
export type GenerationSettings = components['schemas']['GenerationSettings'];
export type Given = components['schemas']['Given'];
export type Humanise = components['schemas']['Humanise'];
export type KitVoice = components['schemas']['KitVoice'];
export type Lane = components['schemas']['Lane'];
export type Modulation = components['schemas']['Modulation'];
export type Path = components['schemas']['Path'];
export type PathEdit = components['schemas']['PathEdit'];
export type Phrase = components['schemas']['Phrase'];
export type ProjectKit = components['schemas']['ProjectKit'];
export type RhythmShift = components['schemas']['RhythmShift'];
export type Scene = components['schemas']['Scene'];
export type SetCells = components['schemas']['SetCells'];
export type Shift = components['schemas']['Shift'];
export type SongPart = components['schemas']['SongPart'];
export type SoundShift = components['schemas']['SoundShift'];
export type SpaceReference = components['schemas']['SpaceReference'];
export type Spaces = components['schemas']['Spaces'];
export type TempoChange = components['schemas']['TempoChange'];
export type VoiceMix = components['schemas']['VoiceMix'];
export type Project = components['schemas']['Project'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
