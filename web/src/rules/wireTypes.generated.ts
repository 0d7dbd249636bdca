/** Made by `npm run types` from tests/fixtures/openapi.json: do not edit. */

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
        /** @description Attributes of a bar, in the units of `clave.rhythm.attributes`. */
        readonly Attributes: {
            readonly density: number;
            readonly syncopation: number;
            readonly swing: number;
            readonly loudness: number;
        };
        /**
         * @description The value of a parameter over the bars of a scene: straight between its breakpoints, level beyond them.
         *
         *     With `loop_bars` it begins anew after so many bars, and breakpoints after that are not reached.
         */
        readonly Automation: {
            readonly parameter: string;
            readonly breakpoints: readonly components["schemas"]["Breakpoint"][];
            readonly loop_bars: number | null;
            /** @enum {string} */
            readonly quantum: "step" | "beat" | "bar";
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
        /** @description POST /api/bars: bars as a project holds them; a PatternReply has the strokes of each. */
        readonly BarsRequest: {
            readonly bars: readonly (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"])[];
        };
        /** @description A value that an automated parameter has at this place, in bars from the start of the scene. */
        readonly Breakpoint: {
            readonly bar: number;
            readonly value: number;
        };
        /** @description What the sum of the voices goes through. */
        readonly Bus: {
            readonly drive: number;
            readonly glue: number;
        };
        /** @description The cells that are struck in a bar, beside those of the bar that was sent. */
        readonly ComparedBar: {
            readonly kept: readonly (readonly [
                number,
                number
            ])[];
            readonly gained: readonly (readonly [
                number,
                number
            ])[];
            readonly lost: readonly (readonly [
                number,
                number
            ])[];
            readonly f1: number;
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
        /** @description POST /api/patterns/complete: blocks of a bar stay, struck or silent; the rest is played anew around them. */
        readonly CompleteRequest: {
            readonly pattern: components["schemas"]["BarPattern"];
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
            readonly own: readonly number[];
            readonly credit: string;
        };
        /** @description How other devices come to this instrument. */
        readonly Devices: {
            readonly links: readonly string[];
        };
        /** @description The answer to it, in the order of the table. */
        readonly DrawnKit: {
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description POST /api/drum-map: read files with this map from now on. */
        readonly DrumMapChoice: {
            readonly reads_with: string;
        };
        /** @description POST /api/drum-map/own: keep and use this map, with these notes given to other voices, or left out. */
        readonly DrumMapEdit: {
            readonly base: string;
            readonly notes: {
                readonly [key: string]: string | null;
            };
        };
        /** @description How well a map fits the notes of a file: shares of its strokes, 0 to 1. */
        readonly DrumMapFit: {
            readonly name: string;
            readonly known: number;
            readonly kit: number;
        };
        /** @description POST /api/drum-map/look, with a MIDI file as the body: its notes in a map, and how others fit. */
        readonly DrumMapLook: {
            readonly name: string;
            readonly known: number;
            readonly notes: readonly components["schemas"]["DrumMapNote"][];
            readonly fits: readonly components["schemas"]["DrumMapFit"][];
        };
        /** @description A note of a file. */
        readonly DrumMapNote: {
            readonly note: number;
            readonly strokes: number;
            readonly bars: number;
            readonly first_bar: number;
            readonly voice: string;
            readonly guessed: boolean;
            readonly why: string;
        };
        /** @description GET /api/drum-map: what MIDI files are read with. */
        readonly DrumMapState: {
            readonly reads_with: string;
            readonly names: readonly string[];
            readonly own: {
                readonly [key: string]: string;
            } | null;
            readonly trouble: string;
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
        /** @description The stops that were found, and what changes between them. */
        readonly EvenReply: {
            readonly stops: readonly number[];
            readonly changes: readonly number[];
            readonly least: number;
            readonly needed_bars: number | null;
        };
        /** @description POST /api/path/even: where the bars of a path stand so that what one hears changes evenly. */
        readonly EvenRequest: {
            readonly path: components["schemas"]["Path"];
            readonly points: readonly (readonly [
                number,
                number
            ])[];
            readonly settings: components["schemas"]["GenerationSettings"];
            readonly most: number | null;
        };
        /** @description POST /api/explain/bar: what the encoder makes of this bar. */
        readonly ExplainBarRequest: {
            readonly pattern: components["schemas"]["BarPattern"];
        };
        /** @description POST /api/explain/point: what the decoder makes of this point of the map, beside a bar. */
        readonly ExplainPointRequest: {
            readonly point: readonly [
                number,
                number
            ];
            readonly pattern: components["schemas"]["BarPattern"];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly section: string;
            readonly density: number | null;
            readonly variation: number;
            readonly seed: number;
        };
        /** @description POST /api/explain/sounds/{voice index}: a sound of a kit on its way through the sound space. */
        readonly ExplainSoundRequest: {
            readonly sound: components["schemas"]["KitVoice"];
            readonly with_detail: boolean;
        };
        /** @description The answer: the bar as a point on the map and as a detail, and the bar that these decode to. */
        readonly ExplainedBar: {
            readonly guess: readonly [
                number,
                number
            ];
            readonly point: readonly [
                number,
                number
            ];
            readonly posterior: components["schemas"]["MapEllipse"];
            readonly feel: readonly number[];
            readonly strokes: readonly number[];
            readonly again: components["schemas"]["ComparedBar"];
        };
        /** @description The answer. */
        readonly ExplainedPoint: {
            readonly probability: readonly (readonly number[])[];
            readonly threshold: number;
            readonly likely: components["schemas"]["ComparedBar"];
            readonly drawn: components["schemas"]["ComparedBar"];
        };
        /** @description The answer. Silent is 80 dB below the loudest cell of what went in; sounds are WAV files, as base64. */
        readonly ExplainedSound: {
            readonly nsgt: components["schemas"]["LevelPicture"];
            readonly spectrogram: components["schemas"]["LevelPicture"];
            readonly attack_bands: number;
            readonly point: readonly [
                number,
                number
            ];
            readonly detail: readonly number[];
            readonly decoded: components["schemas"]["LevelPicture"];
            readonly heard: components["schemas"]["LevelPicture"];
            readonly nsgt_of_sound: components["schemas"]["LevelPicture"];
            readonly model_db: number;
            readonly phase_db: number;
            readonly phase: string;
            readonly sound: string;
            readonly decoded_sound: string;
            readonly random_phase: string;
        };
        /** @description POST /api/patterns/feel: the same strokes, played by a drummer; a PatternMade answers. */
        readonly FeelRequest: {
            readonly pattern: components["schemas"]["BarPattern"];
            readonly style: string | {
                readonly [key: string]: number;
            } | null;
            readonly amount: number;
            readonly like: components["schemas"]["BarPattern"] | null;
            readonly seed: number;
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
        /** @description A format that a project is saved in for other programs. */
        readonly FormatInfo: {
            readonly name: string;
            readonly title: string;
            /** @enum {string} */
            readonly of: "groove" | "kit";
            readonly suffix: string;
            readonly media_type: string;
        };
        /** @description A bar that is like another one. */
        readonly FoundBar: {
            readonly source: string;
            readonly bar: number;
            readonly style: string;
            readonly licence: string;
            readonly agreement: number;
            readonly distance: number;
            readonly pattern: components["schemas"]["BarPattern"];
            readonly point: readonly [
                number,
                number
            ];
        };
        /** @description A sound that is like another one; the space decodes it at its point, with its detail. */
        readonly FoundSound: {
            readonly source: string;
            readonly licence: string;
            readonly distance: number;
            readonly point: readonly [
                number,
                number
            ];
            readonly detail: readonly number[];
        };
        /** @description The bar that the rhythm space has at a point of its map, or on a leg of a path that is there. */
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
            readonly leg: components["schemas"]["Leg"] | null;
            readonly hears: (components["schemas"]["Generated"] | components["schemas"]["Given"]) | null;
        };
        /** @description What the rhythm space generates a bar from, besides the point. */
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
            readonly point: readonly [
                number,
                number
            ] | null;
        };
        /** @description Descriptors of a sound. */
        readonly Heard: {
            readonly brightness_hz: number;
            readonly decay_s: number;
            readonly pitch_hz: number | null;
            readonly noisiness: number;
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
        /** @description A project that the server has kept for a while: its files have addresses of their own, to be dragged out. */
        readonly KeptProject: {
            readonly key: string;
            readonly stem: string;
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
            readonly file_name: string | null;
            readonly twin: boolean;
            readonly levelled: boolean;
            readonly gain: number;
            readonly tune: number;
            readonly decay: number;
            readonly velocity_layers: boolean;
            readonly locked: boolean;
        };
        /** @description How a voice plays its row, whatever the bar is. */
        readonly Lane: {
            readonly hold: (components["schemas"]["Generated"] | components["schemas"]["Given"] | components["schemas"]["Edited"]) | null;
            readonly density: number;
            readonly probability: number;
            readonly rounds: components["schemas"]["Rounds"];
            readonly ratchet: number;
            readonly ratchet_probability: number;
            readonly ratchet_rounds: components["schemas"]["Rounds"];
            readonly accent: number;
            readonly nudge_ms: number;
            readonly swing: number | null;
            readonly loop_steps: number | null;
        };
        /** @description What a folder holds of one kind. */
        readonly LearnFound: {
            /** @enum {string} */
            readonly what: "rhythm" | "sound";
            readonly files: number;
            readonly read: number;
            readonly used: number;
            readonly refused: number;
            readonly refusals: {
                readonly [key: string]: string;
            };
        };
        /** @description How far one task is. */
        readonly LearnProgress: {
            readonly what: string;
            readonly done: number;
            readonly whole: number;
            readonly left: number | null;
        };
        /** @description POST /api/learn/start: learn from a folder of this machine, or, without one, from the files that were dropped. */
        readonly LearnStart: {
            readonly name: string;
            readonly folder: string | null;
            readonly look: boolean;
            /** @enum {string} */
            readonly way: "auto" | "scratch" | "quick";
            readonly minutes: number | null;
            readonly epochs: number | null;
            readonly resume: boolean;
        };
        /** @description GET /api/learn: what is being learned, and what was. */
        readonly LearnState: {
            readonly unavailable: string | null;
            /** @enum {string} */
            readonly phase: "idle" | "looking" | "found" | "training" | "stopped" | "learned" | "failed";
            readonly name: string;
            readonly folder: string;
            readonly said: readonly string[];
            readonly found: readonly components["schemas"]["LearnFound"][];
            readonly begins: string;
            readonly progress: components["schemas"]["LearnProgress"] | null;
            readonly estimate: string;
            readonly epochs: readonly string[];
            readonly previews: readonly ("rhythm" | "sound")[];
            readonly error: string;
            readonly spaces: readonly components["schemas"]["LearnedSpace"][];
            readonly in_use: string | null;
        };
        /** @description POST /api/learn/stop: end the training; `use` writes the space of what is learned so far. */
        readonly LearnStop: {
            readonly use: boolean;
        };
        /** @description POST /api/learn/use: play this space of one's own; None: what `clave play` was started with. */
        readonly LearnUse: {
            readonly name: string | null;
        };
        /** @description A space of one's own in the folder of what is kept. */
        readonly LearnedSpace: {
            readonly name: string;
            readonly rhythm: boolean;
            readonly sound: boolean;
            readonly resumable: boolean;
            readonly files: number;
            readonly verdict: components["schemas"]["VerdictInfo"] | null;
        };
        /** @description How far a bar is on the way between two others of the map, from one to the other stroke by stroke. */
        readonly Leg: {
            readonly start: readonly [
                number,
                number
            ];
            readonly end: readonly [
                number,
                number
            ];
            readonly share: number;
        };
        /** @description A log spectrogram as base64 of a byte a cell, row by row from the lowest band: 255 is loudest, 0 is silent. */
        readonly LevelPicture: {
            readonly bands: number;
            readonly frames: number;
            readonly levels: string;
        };
        /** @description POST /api/loops/{loop}: the same loop, with what a person knows of it; what is None is found again. */
        readonly LoopCorrection: {
            readonly name: string;
            readonly tempo_bpm: number | null;
            readonly meter: readonly [
                number,
                number
            ] | null;
            readonly first_beat_s: number | null;
            readonly strokes: readonly (readonly [
                number,
                number,
                number,
                number
            ])[] | null;
        };
        /** @description The sound of a voice that was cut out of a loop, as a voice of a kit. */
        readonly LoopCut: {
            readonly voice: number;
            readonly sound: components["schemas"]["KitVoice"];
            readonly start_s: number;
            readonly end_s: number;
            readonly alone: boolean;
        };
        /** @description POST /api/loops?name=, with a sound file as the body: what the drum loop in it holds. */
        readonly LoopFile: {
            readonly loop: string;
            readonly seconds: number;
            readonly grid: components["schemas"]["LoopGrid"];
            readonly other_grids: readonly components["schemas"]["LoopGrid"][];
            readonly strokes: readonly (readonly [
                number,
                number,
                number,
                number
            ])[];
            readonly strokes_sure: number;
            readonly grid_sure: number;
            readonly material: components["schemas"]["MaterialFile"];
            readonly bars: readonly components["schemas"]["Given"][];
            readonly cuts: readonly components["schemas"]["LoopCut"][];
        };
        /** @description Where bars lie in a loop. */
        readonly LoopGrid: {
            readonly tempo_bpm: number;
            readonly meter: readonly [
                number,
                number
            ];
            readonly first_beat_s: number;
        };
        /** @description One standard deviation of a normal distribution over the map. */
        readonly MapEllipse: {
            readonly centre: readonly [
                number,
                number
            ];
            readonly radii: readonly [
                number,
                number
            ];
            readonly angle: number;
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
        /** @description A bar of a file, where it lies on the map. */
        readonly MaterialBar: {
            readonly bar: number;
            readonly pattern: components["schemas"]["BarPattern"];
            readonly point: readonly [
                number,
                number
            ];
        };
        /** @description A MIDI file: its bars in the order of the file, those that repeat an earlier one left out. */
        readonly MaterialFile: {
            readonly name: string;
            readonly tempo_bpm: number | null;
            readonly bars: readonly components["schemas"]["MaterialBar"][];
            readonly said: readonly string[];
        };
        /** @description The attributes before and after. */
        readonly Measured: {
            readonly before: components["schemas"]["Attributes"];
            readonly after: components["schemas"]["Attributes"];
        };
        /** @description POST /api/midi: answers with a Standard MIDI File. */
        readonly MidiRequest: {
            readonly patterns: readonly components["schemas"]["BarPattern"][];
            readonly tempo_bpm: number;
            readonly swing: number;
            readonly on_grid: boolean;
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
        /**
         * @description A way over the map, travelled in so many bars a round.
         *
         *     Bars are evenly spaced along its length, the first at its start and the last at its end, unless `stops` says where
         *     along it each of them stands.
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
            readonly between: "strokes" | "map";
            /** @enum {string} */
            readonly quantum: "step" | "beat" | "bar";
            readonly travelling: boolean;
            readonly edits: readonly components["schemas"]["PathEdit"][];
            readonly stops: readonly number[] | null;
        };
        /** @description What was done to one bar of a path's round. */
        readonly PathEdit: {
            readonly bar: number;
            readonly operations: readonly (components["schemas"]["SetCells"] | components["schemas"]["Humanise"] | components["schemas"]["Shift"] | components["schemas"]["Complete"] | components["schemas"]["FollowTaps"])[];
            readonly fill: boolean;
        };
        /** @description One bar that was made from another. */
        readonly PatternMade: {
            readonly pattern: components["schemas"]["BarPattern"];
        };
        /** @description One bar a point, in the order of the request; or the bars of a phrase. */
        readonly PatternReply: {
            readonly patterns: readonly components["schemas"]["BarPattern"][];
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
        /** @description Which bar of a phrase: bars that were generated together and agree. */
        readonly Phrase: {
            readonly bars: number;
            readonly index: number;
            readonly fill: boolean;
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
        /** @description POST /api/patterns/played: a bar that was played by hand; a `Given` with its place on the map answers. */
        readonly PlayedRequest: {
            readonly meter: readonly [
                number,
                number
            ];
            readonly strokes: readonly (readonly [
                number,
                number,
                number
            ])[];
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
            readonly material: readonly components["schemas"]["MaterialFile"][];
        };
        /** @description Eight sounds under the name they were chosen by. */
        readonly ProjectKit: {
            readonly name: string;
            readonly voices: readonly components["schemas"]["KitVoice"][];
        };
        /** @description POST /api/project/check: a project that can be played, and what a person should know of it. */
        readonly ProjectReply: {
            readonly project: components["schemas"]["Project"];
            readonly remarks: readonly string[];
        };
        /**
         * @description The body of every 4xx and 5xx answer: what was wrong, in a sentence for a person.
         *
         *     `busy` comes with 503: the same works later, after the seconds in its header `Retry-After`. `server` is a mistake of
         *     ours, with 500.
         */
        readonly Refusal: {
            readonly error: string;
            /** @enum {string} */
            readonly kind: "request" | "space" | "midi" | "kit" | "sound" | "project" | "not found" | "busy" | "server";
        };
        /** @description PATCH /api/kept/{id}. */
        readonly Rename: {
            readonly name: string;
        };
        /** @description How far the attributes of a bar are shifted, in standard deviations of the bars learned from. */
        readonly RhythmShift: {
            readonly density: number;
            readonly syncopation: number;
            readonly swing: number;
            readonly loudness: number;
        };
        /** @description The one room that voices are sent to. */
        readonly Room: {
            /** @enum {string} */
            readonly size: "booth" | "room" | "hall";
            readonly level: number;
        };
        /**
         * @description In which rounds something happens, counted from 0.
         *
         *     A round is once through the scene's loop of bars, or its path while that travels (there and back, for ping-pong),
         *     counted from the start of the scene. For a voice with a loop of its own it is once through that, counted from where
         *     that loop began: the start of the performance.
         */
        readonly Rounds: {
            readonly cycle: readonly boolean[];
            /** @enum {string} */
            readonly first: "too" | "never" | "only";
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
            readonly room: components["schemas"]["Room"];
            readonly bus: components["schemas"]["Bus"];
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
        /** @description The bar with its attributes shifted. */
        readonly Shift: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            readonly kind: "shift";
            readonly shift: components["schemas"]["RhythmShift"];
        };
        /** @description The answer to a ShiftRequest. */
        readonly ShiftReply: {
            readonly pattern: components["schemas"]["BarPattern"];
            readonly measured: components["schemas"]["Measured"];
        };
        /** @description POST /api/patterns/shift: a bar with its attributes shifted. */
        readonly ShiftRequest: {
            readonly pattern: components["schemas"]["BarPattern"];
            readonly shift: components["schemas"]["RhythmShift"];
        };
        /** @description The answer. */
        readonly SimilarBars: {
            readonly point: readonly [
                number,
                number
            ];
            readonly distance: number;
            readonly styles: readonly components["schemas"]["StyleShare"][];
            readonly found: readonly components["schemas"]["FoundBar"][];
        };
        /** @description POST /api/similar/bars: where a bar lies on the map, and the bars that are most like it. */
        readonly SimilarBarsRequest: {
            readonly pattern: components["schemas"]["BarPattern"];
            readonly n: number;
        };
        /** @description The answer, the nearest first. */
        readonly SimilarSounds: {
            readonly found: readonly components["schemas"]["FoundSound"][];
        };
        /** @description POST /api/similar/sounds/{voice index}: the sounds that are most like that of a kit's voice. */
        readonly SimilarSoundsRequest: {
            readonly sound: components["schemas"]["KitVoice"];
            readonly n: number;
        };
        /** @description A scene that is played for so many bars. */
        readonly SongPart: {
            readonly scene: number;
            readonly bars: number;
            readonly fill: boolean;
            readonly morph_bars: number;
        };
        /** @description The sound space that is being played. */
        readonly SoundInfo: {
            readonly name: string;
            readonly reference: components["schemas"]["SpaceReference"];
            readonly voices: readonly string[];
            readonly licence: string;
            readonly credit: string;
            readonly sounds: number;
            readonly detail_size: number;
            readonly directions: readonly string[];
            readonly verdict: components["schemas"]["VerdictInfo"] | null;
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
        /** @description How far the attributes of a sound are shifted, in standard deviations of the voice's sounds. */
        readonly SoundShift: {
            readonly brightness: number;
            readonly decay: number;
            readonly pitch: number;
            readonly noisiness: number;
        };
        /** @description The rhythm space that is being played. */
        readonly SpaceInfo: {
            readonly name: string;
            readonly reference: components["schemas"]["SpaceReference"];
            readonly styles: readonly string[];
            readonly style_homes: readonly components["schemas"]["StyleHome"][];
            readonly style_meters: readonly components["schemas"]["StyleMeters"][];
            readonly sections: readonly string[];
            readonly meters: readonly (readonly [
                number,
                number
            ])[];
            readonly directions: readonly string[];
            readonly bars: number;
            readonly licence: string;
            readonly credit: string;
            readonly verdict: components["schemas"]["VerdictInfo"] | null;
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
        /** @description Where a style is at home on the rhythm map, and how it is usually played. */
        readonly StyleHome: {
            readonly style: string;
            readonly point: readonly [
                number,
                number
            ];
            readonly tempo_bpm: number | null;
            readonly meter: readonly [
                number,
                number
            ];
        };
        /** @description Which style plays in each meter as it was learned there. */
        readonly StyleMeters: {
            readonly style: string;
            readonly nearest: readonly (string | null)[];
        };
        /** @description How many of the nearest bars are of a style. */
        readonly StyleShare: {
            readonly style: string;
            readonly share: number;
        };
        /**
         * @description POST /api/patterns/taps: drums for a rhythm that was tapped; a PatternMade answers.
         *
         *     `clave.rhythm.infilling.as_taps` says how taps come to lie on the grid: several loops may be folded into one bar.
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
        /** @description The tempo from this bar on: at once, or reached in a ramp from the change before. */
        readonly TempoChange: {
            readonly bar: number;
            readonly tempo_bpm: number;
            readonly ramp: boolean;
        };
        /** @description What was found of a space when it was learned. */
        readonly VerdictInfo: {
            readonly playable: boolean;
            readonly says: string;
            readonly rows: readonly Record<string, never>[];
        };
        /** @description One row of the table of voices. */
        readonly VoiceInfo: {
            readonly name: string;
            readonly note: number;
            readonly colour: string;
            readonly choke_group: number | null;
            readonly aliases: readonly string[];
        };
        /** @description How loud a voice is, where it stands, its filter, and how much of it is sent to the room. */
        readonly VoiceMix: {
            readonly level: number;
            readonly pan: number;
            readonly mute: boolean;
            readonly solo: boolean;
            /** @enum {string} */
            readonly filter: "off" | "lowpass" | "highpass" | "bandpass";
            readonly cutoff_hz: number;
            readonly resonance_db: number;
            readonly send: number;
        };
        /** @description A point a bar, and where each lies along the path through them. */
        readonly WanderReply: {
            readonly points: readonly (readonly [
                number,
                number
            ])[];
            readonly stops: readonly number[];
        };
        /** @description POST /api/path/wander: a walk over the map from this point on, like that of a drummer. */
        readonly WanderRequest: {
            readonly point: readonly [
                number,
                number
            ];
            readonly bars: number;
            readonly like: string | null;
            readonly seed: number;
            readonly meter: readonly [
                number,
                number
            ];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Anchor = components['schemas']['Anchor'];
export type Attributes = components['schemas']['Attributes'];
export type Automation = components['schemas']['Automation'];
export type BarPattern = components['schemas']['BarPattern'];
export type BarsRequest = components['schemas']['BarsRequest'];
export type Breakpoint = components['schemas']['Breakpoint'];
export type Bus = components['schemas']['Bus'];
export type ComparedBar = components['schemas']['ComparedBar'];
export type Complete = components['schemas']['Complete'];
export type CompleteRequest = components['schemas']['CompleteRequest'];
export type CorpusMap = components['schemas']['CorpusMap'];
export type Devices = components['schemas']['Devices'];
export type DrawnKit = components['schemas']['DrawnKit'];
export type DrumMapChoice = components['schemas']['DrumMapChoice'];
export type DrumMapEdit = components['schemas']['DrumMapEdit'];
export type DrumMapFit = components['schemas']['DrumMapFit'];
export type DrumMapLook = components['schemas']['DrumMapLook'];
export type DrumMapNote = components['schemas']['DrumMapNote'];
export type DrumMapState = components['schemas']['DrumMapState'];
export type Edited = components['schemas']['Edited'];
export type EvenReply = components['schemas']['EvenReply'];
export type EvenRequest = components['schemas']['EvenRequest'];
export type ExplainBarRequest = components['schemas']['ExplainBarRequest'];
export type ExplainPointRequest = components['schemas']['ExplainPointRequest'];
export type ExplainSoundRequest = components['schemas']['ExplainSoundRequest'];
export type ExplainedBar = components['schemas']['ExplainedBar'];
export type ExplainedPoint = components['schemas']['ExplainedPoint'];
export type ExplainedSound = components['schemas']['ExplainedSound'];
export type FeelRequest = components['schemas']['FeelRequest'];
export type FollowTaps = components['schemas']['FollowTaps'];
export type FormatInfo = components['schemas']['FormatInfo'];
export type FoundBar = components['schemas']['FoundBar'];
export type FoundSound = components['schemas']['FoundSound'];
export type Generated = components['schemas']['Generated'];
export type GenerationSettings = components['schemas']['GenerationSettings'];
export type Given = components['schemas']['Given'];
export type Heard = components['schemas']['Heard'];
export type Humanise = components['schemas']['Humanise'];
export type Instrument = components['schemas']['Instrument'];
export type KeptId = components['schemas']['KeptId'];
export type KeptInfo = components['schemas']['KeptInfo'];
export type KeptKit = components['schemas']['KeptKit'];
export type KeptProject = components['schemas']['KeptProject'];
export type KeptVersion = components['schemas']['KeptVersion'];
export type KitDraw = components['schemas']['KitDraw'];
export type KitInfo = components['schemas']['KitInfo'];
export type KitToKeep = components['schemas']['KitToKeep'];
export type KitVoice = components['schemas']['KitVoice'];
export type Lane = components['schemas']['Lane'];
export type LearnFound = components['schemas']['LearnFound'];
export type LearnProgress = components['schemas']['LearnProgress'];
export type LearnStart = components['schemas']['LearnStart'];
export type LearnState = components['schemas']['LearnState'];
export type LearnStop = components['schemas']['LearnStop'];
export type LearnUse = components['schemas']['LearnUse'];
export type LearnedSpace = components['schemas']['LearnedSpace'];
export type Leg = components['schemas']['Leg'];
export type LevelPicture = components['schemas']['LevelPicture'];
export type LoopCorrection = components['schemas']['LoopCorrection'];
export type LoopCut = components['schemas']['LoopCut'];
export type LoopFile = components['schemas']['LoopFile'];
export type LoopGrid = components['schemas']['LoopGrid'];
export type MapEllipse = components['schemas']['MapEllipse'];
export type MapGround = components['schemas']['MapGround'];
export type MaterialBar = components['schemas']['MaterialBar'];
export type MaterialFile = components['schemas']['MaterialFile'];
export type Measured = components['schemas']['Measured'];
export type MidiRequest = components['schemas']['MidiRequest'];
export type Modulation = components['schemas']['Modulation'];
export type Neighbour = components['schemas']['Neighbour'];
export type Path = components['schemas']['Path'];
export type PathEdit = components['schemas']['PathEdit'];
export type PatternMade = components['schemas']['PatternMade'];
export type PatternReply = components['schemas']['PatternReply'];
export type PatternRequest = components['schemas']['PatternRequest'];
export type Phrase = components['schemas']['Phrase'];
export type PhraseRequest = components['schemas']['PhraseRequest'];
export type PlacedSound = components['schemas']['PlacedSound'];
export type PlayedRequest = components['schemas']['PlayedRequest'];
export type Project = components['schemas']['Project'];
export type ProjectKit = components['schemas']['ProjectKit'];
export type ProjectReply = components['schemas']['ProjectReply'];
export type Refusal = components['schemas']['Refusal'];
export type Rename = components['schemas']['Rename'];
export type RhythmShift = components['schemas']['RhythmShift'];
export type Room = components['schemas']['Room'];
export type Rounds = components['schemas']['Rounds'];
export type Scene = components['schemas']['Scene'];
export type SetCells = components['schemas']['SetCells'];
export type Shift = components['schemas']['Shift'];
export type ShiftReply = components['schemas']['ShiftReply'];
export type ShiftRequest = components['schemas']['ShiftRequest'];
export type SimilarBars = components['schemas']['SimilarBars'];
export type SimilarBarsRequest = components['schemas']['SimilarBarsRequest'];
export type SimilarSounds = components['schemas']['SimilarSounds'];
export type SimilarSoundsRequest = components['schemas']['SimilarSoundsRequest'];
export type SongPart = components['schemas']['SongPart'];
export type SoundInfo = components['schemas']['SoundInfo'];
export type SoundMap = components['schemas']['SoundMap'];
export type SoundRequest = components['schemas']['SoundRequest'];
export type SoundShift = components['schemas']['SoundShift'];
export type SpaceInfo = components['schemas']['SpaceInfo'];
export type SpaceReference = components['schemas']['SpaceReference'];
export type Spaces = components['schemas']['Spaces'];
export type StyleHome = components['schemas']['StyleHome'];
export type StyleMeters = components['schemas']['StyleMeters'];
export type StyleShare = components['schemas']['StyleShare'];
export type TapsRequest = components['schemas']['TapsRequest'];
export type TempoChange = components['schemas']['TempoChange'];
export type VerdictInfo = components['schemas']['VerdictInfo'];
export type VoiceInfo = components['schemas']['VoiceInfo'];
export type VoiceMix = components['schemas']['VoiceMix'];
export type WanderReply = components['schemas']['WanderReply'];
export type WanderRequest = components['schemas']['WanderRequest'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
