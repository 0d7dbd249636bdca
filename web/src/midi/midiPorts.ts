/** The browser's MIDI ports: asked for when the player wants them, watched as they come and go. */

import type { MidiOut, MidiPort } from "./midiOut";
import { choosePort, describeLink, type MidiLink, type MidiSettings, OFF, type PortInfo } from "./midiSettings";

/** As MIDIOutput. */
export interface OutputPort extends MidiPort {
  readonly id: string;
  readonly name: string | null;
  readonly state: "connected" | "disconnected";
  open(): Promise<unknown>;
}

/** As MIDIAccess. */
export interface Ports {
  readonly outputs: { values(): Iterable<OutputPort> };
  onstatechange: (() => void) | null;
}

/** What the browser offers; `ask` is missing where it has no Web MIDI. */
export interface Browser {
  readonly ask?: () => Promise<Ports>;
  readonly allowed: () => Promise<boolean>; // already, so that the browser will not ask
}

const thisBrowser: Browser = {
  ...(typeof navigator !== "undefined" && "requestMIDIAccess" in navigator
    ? { ask: async () => (await navigator.requestMIDIAccess()) as unknown as Ports }
    : {}),
  allowed: async () => (await navigator.permissions.query({ name: "midi" as PermissionName })).state === "granted",
};

/** What the page shows of the ports; the store has it. */
export interface MidiState {
  readonly midi: { value: MidiSettings };
  readonly midiLink: { value: MidiLink };
  readonly midiPorts: { value: readonly PortInfo[] };
  readonly spoken: { value: string };
  reportError(error: unknown): void;
}

export class MidiPorts {
  private ports: Ports | null = null;
  private open: OutputPort | null = null;

  constructor(
    private readonly store: MidiState,
    private readonly out: MidiOut,
    private readonly browser: Browser = thisBrowser,
  ) {}

  /** Call it in a gesture: the browser may ask the player. */
  async turnOn(): Promise<void> {
    this.change({ on: true });
    if (!this.browser.ask) return this.link({ state: "unknown" });
    this.link({ state: "asking" });
    try {
      this.ports ??= await this.browser.ask();
    } catch {
      return this.link({ state: "refused" });
    }
    this.ports.onstatechange = () => void this.look();
    await this.look();
  }

  turnOff(): void {
    this.change({ on: false });
    this.open = null;
    this.out.connect(null);
    this.link(OFF);
  }

  /** Turn on again as last time, if the browser need not ask the player. */
  async resume(): Promise<void> {
    if (!this.store.midi.value.on) return;
    if (await this.allowed()) await this.turnOn();
    else this.change({ on: false });
  }

  /** Whether ports can be had without a question to the player. */
  async allowed(): Promise<boolean> {
    return this.browser.ask !== undefined && (await this.browser.allowed().catch(() => false));
  }

  async choose(port: PortInfo): Promise<void> {
    this.change({ port });
    await this.look();
  }

  change(changes: Partial<MidiSettings>): void {
    this.store.midi.value = { ...this.store.midi.value, ...changes };
  }

  /** The port took no message. */
  failed(error: unknown): void {
    const { open } = this;
    if (!open) return;
    this.open = null;
    this.link({ state: "broken", port: info(open) });
    this.store.reportError(`${info(open).name} took no notes: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** List the connected ports, and play the chosen one. */
  private async look(): Promise<void> {
    const { store } = this;
    if (!this.ports || !store.midi.value.on) return;
    const there = [...this.ports.outputs.values()].filter(({ state }) => state === "connected");
    store.midiPorts.value = there.map(info);
    const chosen = choosePort(store.midi.value.port, store.midiPorts.value);
    const wanted = there.find(({ id }) => id === chosen?.id) ?? null;
    if (this.open && !there.includes(this.open)) this.out.disconnected();
    if (wanted && wanted === this.open) return;
    this.open = wanted;
    if (!wanted) {
      this.out.connect(null);
      return this.link({ state: "waiting" });
    }
    try {
      await wanted.open();
    } catch {
      if (this.open !== wanted) return;
      this.open = null;
      this.out.connect(null);
      return this.link({ state: "broken", port: info(wanted) });
    }
    if (this.open !== wanted) return; // chosen otherwise meanwhile
    if (store.midi.value.port === null) this.change({ port: info(wanted) });
    this.out.connect(wanted);
    this.link({ state: "open", port: info(wanted) });
  }

  private link(link: MidiLink): void {
    this.store.midiLink.value = link;
    if (link.state !== "asking") this.store.spoken.value = `MIDI out: ${describeLink(link, this.store.midi.value)}`;
  }
}

const info = ({ id, name }: OutputPort): PortInfo => ({ id, name: name ?? "nameless port" });
