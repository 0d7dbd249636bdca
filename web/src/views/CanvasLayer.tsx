/** A canvas as large as its parent, drawn again only when its size changes, or what it is drawn from. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CanvasSize } from "../map/canvas";

interface CanvasLayerProps {
  readonly class: string;
  readonly draw: (canvas: HTMLCanvasElement, size: CanvasSize) => void;
  readonly from: readonly unknown[];
}

export function CanvasLayer({ class: name, draw, from }: CanvasLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(canvas.current!.parentElement!);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (size.width > 0) draw(canvas.current!, { ...size, scale: window.devicePixelRatio || 1 });
  }, [size, ...from]);
  return <canvas ref={canvas} class={name} aria-hidden="true" />;
}
