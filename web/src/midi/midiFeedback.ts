/** What goes back to the controllers that are heard, each at the output of its own name: values of what they move, and a grid's lights. */

import { ECHO_SECONDS } from "./loopGuard";
import { GRID_MODELS, GridLights, type GridModelName, type GridView, lights } from "./midiGrid";
import type { MidiMap } from "./midiIn";
import type { Message } from "./midiMessages";
import { StateOut } from "./midiState";

const MOST_KEPT = 128; // messages

/** As MIDIOutput. */
export interface ShownPort {
  readonly name: string | null;
  readonly state: "connected" | "disconnected";
  send(message: number[]): void;
}

/** Which inputs are heard, and which of them is a grid. */
export interface Wanted {
  readonly controllers: readonly string[]; // names
  readonly grid: string | null;
  readonly model: GridModelName;
  readonly map: MidiMap;
}

/** What it reads of the page, and tells it. */
export interface FeedbackContext {
  readonly value: (target: string) => number | null; // from 0 to 1 of its range
  readonly view: () => GridView;
  readonly sent: (message: Message) => void;
}

export class Feedback {
  private readonly states = new Map<string, StateOut>();
  private readonly lights = new GridLights();
  private ports: readonly ShownPort[] = [];
  private sent: (readonly [ms: number, message: string])[] = []; // of late

  constructor(private readonly context: FeedbackContext) {}

  /** These outputs are there now: one that is new is sent everything. */
  look(ports: readonly ShownPort[]): void {
    const there = ports.filter(({ state }) => state === "connected");
    const known = new Set(this.ports);
    for (const port of there) {
      if (known.has(port)) continue;
      this.states.delete(port.name ?? "");
      this.lights.forget();
    }
    this.ports = there;
  }

  /** Send what has changed. */
  show({ controllers, grid, model, map }: Wanted): void {
    for (const port of this.ports) {
      const name = port.name ?? "";
      if (name === grid) this.send(port, this.lights.changes(GRID_MODELS[model], lights(this.context.view())));
      else if (controllers.includes(name)) this.send(port, this.stateOf(name).changes(map, this.context.value));
    }
  }

  /** The player's hand has set this value at this controller. */
  moved(map: MidiMap, name: string, target: string, value: number): void {
    this.stateOf(name).moved(map, target, value);
  }

  /** Is this what we have just sent? Some controllers send back what they are shown. */
  isEcho(ms: number, message: Message): boolean {
    const text = String(message);
    return this.sent.some(([at, each]) => each === text && ms >= at && ms - at <= ECHO_SECONDS * 1000);
  }

  /** Everything is to be sent again, as after another map or model. */
  forget(): void {
    this.states.clear();
    this.lights.forget();
  }

  private stateOf(name: string): StateOut {
    const state = this.states.get(name) ?? new StateOut();
    this.states.set(name, state);
    return state;
  }

  private send(port: ShownPort, messages: readonly Message[]): void {
    for (const message of messages) {
      try {
        port.send([...message]);
      } catch {
        return; // it is being unplugged: the browser says so in a moment
      }
      this.context.sent(message);
      this.sent = [...this.sent, [performance.now(), String(message)] as const].slice(-MOST_KEPT);
    }
  }
}
