/** Finds the stops of a path whose change is to be even: a moment after the path came to rest, and only for the latest. */

import { effect } from "@preact/signals";
import type { Path, Scene } from "../rules/project";
import type { EvenReply, EvenRequest } from "../rules/protocol";
import { LatestOnly } from "../net/latestOnly";
import type { EvenSource } from "../net/sources";
import type { Store } from "./store";

const AT_REST_MS = 250;

/** Are its stops to be found? */
export const isToBeEvened = (path: Path | null): path is Path => path !== null && path.stops?.length === 0;

export function requestOf({ path, anchors, settings }: Scene & { readonly path: Path }, most: number | null): EvenRequest {
  return { path: { ...path, edits: [], stops: null }, points: path.points.length > 0 ? [] : anchors.map(({ point }) => point), settings, most };
}

export class EvenChange {
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly requests: LatestOnly<EvenRequest, EvenReply>;

  constructor(
    private readonly store: Store,
    source: EvenSource,
  ) {
    this.requests = new LatestOnly(
      source,
      (request, reply) => this.answered(request, reply),
      (_, error) => store.reportError(error),
    );
    effect(() => {
      const { path } = store.scene.value;
      void store.paths.most.value;
      clearTimeout(this.waiting);
      if (!path?.stops) store.paths.found.value = null;
      if (isToBeEvened(path)) this.waiting = setTimeout(() => this.ask(), AT_REST_MS);
    });
  }

  private ask(): void {
    const request = this.present();
    if (request) this.requests.send(request);
  }

  private present(): EvenRequest | null {
    const scene = this.store.scene.peek();
    return isToBeEvened(scene.path) ? requestOf({ ...scene, path: scene.path }, this.store.paths.most.peek()) : null;
  }

  /** The stops become part of the change that asked for them, so that one undo takes both back. */
  private answered(request: EvenRequest, reply: EvenReply): void {
    if (JSON.stringify(this.present()) !== JSON.stringify(request)) return; // it has changed since
    const scene = this.store.scene.peek();
    this.store.paths.found.value = reply;
    this.store.amendScene({ ...scene, path: { ...scene.path!, stops: reply.stops } });
  }
}
