/** What all drawings of maps share: a canvas at the screen's resolution, and colours as channels. */

/** Size in CSS pixels, and how many device pixels a CSS pixel has. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

/** The canvas, cleared and as large as this; null where it cannot be drawn on. */
export function penFor(canvas: HTMLCanvasElement, { width, height, scale }: CanvasSize): CanvasRenderingContext2D | null {
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  return canvas.getContext("2d");
}

export type Channels = readonly [red: number, green: number, blue: number]; // each 0 to 255

/** "#rrggbb" as its channels. */
export function channelsOf(colour: string): Channels {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
