/** Wander from here as one of the drummers does whom the space has learned from: a menu of their names. */

import { useEffect, useState } from "preact/hooks";
import { answerTo } from "../net/api";
import { readMessage } from "../rules/messageChecks";
import type { WanderReply } from "../rules/protocol";
import { randomSeed } from "../state/randomSeed";
import { usePage } from "./page";

interface WanderLikeProps {
  readonly onMade: (make: () => void) => () => void; // makes the path, and plays it
}

export function WanderLike({ onMade }: WanderLikeProps) {
  const { store, paths } = usePage();
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    answerTo("path/drummers").then(
      (known) => setNames(known as string[]),
      () => undefined, // while the server is away there is nobody to choose
    );
  }, []);
  if (names.length === 0) return null;
  const walk = async (like: string) => {
    const { bars } = store.scene.value.path ?? store.newJourney.value;
    const request = { point: store.shownPoint.value, bars: Math.max(2, bars), like, seed: randomSeed(), meter: store.scene.value.settings.meter };
    try {
      const { points, stops }: WanderReply = readMessage("WanderReply", await answerTo("path/wander", request));
      onMade(() => paths.wanderLike(points, stops))();
    } catch (error) {
      store.reportError(error);
    }
  };
  const choose = ({ currentTarget }: Event & { readonly currentTarget: HTMLSelectElement }) => {
    void walk(currentTarget.value);
    currentTarget.value = ""; // the same one wanders elsewhere the next time
  };
  return (
    <select class="framed" aria-label="Wander from here like a drummer" value="" onChange={choose}>
      <option value="">wander like …</option>
      {names.map((name) => (
        <option key={name} value={name}>
          like {name}
        </option>
      ))}
    </select>
  );
}
