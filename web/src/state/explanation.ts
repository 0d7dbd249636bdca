/** How the bar that plays, and a sound of the kit, go through encoder and decoder; asked for while someone looks. */

import { computed, effect, signal } from "@preact/signals";
import { isSamePattern } from "../rules/pattern";
import { onMap } from "../rules/mapPoint";
import type { BarPattern, ExplainedBar, ExplainedPoint, ExplainedSound, ExplainPointRequest, ExplainSoundRequest, Point } from "../rules/protocol";
import type { ExplainSource } from "../net/explain";
import { LatestOnly } from "../net/latestOnly";
import type { Store } from "./store";

/** A bar, and what the encoder makes of it; null where there is none, in a page without a server. */
interface Encoded {
  readonly pattern: BarPattern;
  readonly answer: ExplainedBar | null;
}

const saidOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The bar that plays. */
export class BarExplanation {
  readonly encoded = signal<Encoded | null>(null);
  readonly decoded = signal<ExplainedPoint | null>(null);
  readonly held = signal<Point | null>(null); // the point that was moved by hand; null: that of the bar
  readonly variation = signal(1); // of the bar that the token prior draws
  readonly seed = signal(0);
  readonly trouble = signal(""); // what the server refused
  readonly point = computed<Point | null>(() => {
    const encoded = this.encoded.value;
    return encoded && (this.held.value ?? encoded.answer?.point ?? this.store.shownPoint.value);
  });

  private readonly encoding: LatestOnly<BarPattern, ExplainedBar>;
  private readonly decoding: LatestOnly<ExplainPointRequest, ExplainedPoint>;

  constructor(
    private readonly store: Store,
    source: ExplainSource,
  ) {
    const failed = (_: unknown, error: unknown) => void (this.trouble.value = saidOf(error));
    this.encoding = new LatestOnly<BarPattern, ExplainedBar>(
      (pattern) => source.bar(pattern),
      (pattern, answer) => {
        this.trouble.value = "";
        this.encoded.value = { pattern, answer };
      },
      failed,
    );
    this.decoding = new LatestOnly<ExplainPointRequest, ExplainedPoint>(
      (request) => source.point(request),
      (_, answer) => void (this.decoded.value = answer),
      failed,
    );
  }

  /** Ask again whenever the bar, the point or the settings change, until the function that is returned is called. */
  follow(): () => void {
    let last: BarPattern | null = null;
    const stopEncoding = effect(() => {
      const pattern = this.store.shown.value;
      if (last && isSamePattern(last, pattern)) return;
      last = pattern;
      if (this.store.withoutServer.value) this.encoded.value = { pattern, answer: null };
      else this.encoding.send(pattern);
    });
    const stopDecoding = effect(() => {
      const [point, encoded] = [this.point.value, this.encoded.value];
      const { style, section, density } = this.store.settings.value;
      if (point && encoded) this.decoding.send({ point, pattern: encoded.pattern, style, section, density, variation: this.variation.value, seed: this.seed.value });
    });
    return () => {
      stopEncoding();
      stopDecoding();
      this.encoding.drop();
      this.decoding.drop();
    };
  }

  /** Move the point by hand; it stays there until it is let go. */
  hold(point: Point): void {
    this.held.value = onMap(point);
  }

  letGo(): void {
    this.held.value = null;
  }
}

/** A sound of the kit. */
export class SoundExplanation {
  readonly voice = signal(0);
  readonly withDetail = signal(true);
  readonly found = signal<ExplainedSound | null>(null);
  readonly trouble = signal("");

  private readonly asking: LatestOnly<{ readonly voice: number; readonly request: ExplainSoundRequest }, ExplainedSound>;

  constructor(
    private readonly store: Store,
    source: ExplainSource,
  ) {
    this.asking = new LatestOnly(
      ({ voice, request }) => source.sound(voice, request),
      (_, answer) => {
        this.trouble.value = "";
        this.found.value = answer;
      },
      (_, error) => {
        this.found.value = null;
        this.trouble.value = saidOf(error);
      },
    );
  }

  /** Ask again whenever the voice or its sound changes, until the function that is returned is called. */
  follow(): () => void {
    let last = "";
    const stop = effect(() => {
      const voice = this.voice.value;
      const sound = this.store.kit.value.voices[voice]!;
      const request = { sound, with_detail: this.withDetail.value };
      const asked = JSON.stringify([voice, request]);
      if (asked === last) return;
      last = asked;
      this.asking.send({ voice, request });
    });
    return () => {
      stop();
      this.asking.drop();
    };
  }
}
