/** The bar as a clock: a ring a voice, kick outermost, the first beat on top. */

import { memo } from "preact/compat";
import type { BarPattern } from "../rules/protocol";
import { strokePosition } from "../rules/sequencer";
import { stepsPerBar } from "../rules/units";

const SIZE = 100;
const OUTER = 44;
const RING = 4.9;

const ringRadius = (voice: number): number => OUTER - voice * RING;

/** A place on the clock: `share` of the bar, clockwise from the top. */
function onClock(share: number, radius: number): { x: number; y: number } {
  const angle = share * 2 * Math.PI;
  return { x: SIZE / 2 + radius * Math.sin(angle), y: SIZE / 2 - radius * Math.cos(angle) };
}

interface DotsProps {
  readonly pattern: BarPattern;
  readonly voice?: number; // only this one, on a single wide ring
}

const Dots = memo(({ pattern, voice: only }: DotsProps) => {
  const steps = stepsPerBar(pattern.meter);
  return (
    <>
      {pattern.strokes.map(([voice, step, velocity, offset]) => {
        if (only !== undefined && voice !== only) return null;
        const radius = only === undefined ? ringRadius(voice) : 34;
        const { x, y } = onClock(strokePosition(step, offset, 0.5) / steps, radius);
        const size = only === undefined ? 1.1 + 1.9 * velocity : 2.5 + 5 * velocity;
        return <circle key={`${voice}.${step}`} cx={x.toFixed(2)} cy={y.toFixed(2)} r={size.toFixed(2)} class={`ink-${voice}`} />;
      })}
    </>
  );
});

interface ClockGlyphProps extends DotsProps {
  readonly rings?: boolean;
  readonly children?: preact.ComponentChildren;
}

export function ClockGlyph({ pattern, voice, rings = true, children }: ClockGlyphProps) {
  return (
    <svg class="glyph" viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
      {voice !== undefined ? (
        <circle cx={50} cy={50} r={34} class="glyph-ring" />
      ) : (
        rings && [0, 2, 4, 6].map((each) => <circle key={each} cx={50} cy={50} r={ringRadius(each)} class="glyph-ring" />)
      )}
      <Dots pattern={pattern} {...(voice === undefined ? {} : { voice })} />
      {children}
    </svg>
  );
}
