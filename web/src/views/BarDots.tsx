/** The small picture of a bar: a row a voice that plays, a dot a stroke. */

import { useMemo } from "preact/hooks";
import type { BarPattern } from "../rules/protocol";
import { strokePosition } from "../rules/sequencer";
import { stepsPerBar } from "../rules/units";

const [WIDTH, HEIGHT, MARGIN] = [96, 24, 3];

export const BarDots = ({ pattern }: { readonly pattern: BarPattern }) => useMemo(() => dots(pattern), [pattern]);

function dots(pattern: BarPattern) {
  const rows = [...new Set(pattern.strokes.map(([voice]) => voice))].sort((one, other) => one - other);
  const between = (HEIGHT - 2 * MARGIN) / Math.max(1, rows.length - 1);
  const size = rows.length > 5 ? 1.3 : 1.8;
  return (
    <svg class="bar-dots" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {pattern.strokes.map(([voice, step, velocity, offset]) => {
        const x = MARGIN + (strokePosition(step, offset, 0.5) / stepsPerBar(pattern.meter)) * (WIDTH - 2 * MARGIN);
        const y = rows.length === 1 ? HEIGHT / 2 : MARGIN + rows.indexOf(voice) * between;
        return <circle key={`${voice}.${step}`} cx={x.toFixed(1)} cy={y.toFixed(1)} r={(size * (0.55 + 0.45 * velocity)).toFixed(2)} class={`ink-${voice}`} />;
      })}
    </svg>
  );
}
