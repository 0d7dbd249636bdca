/** What all drawings of maps share: a canvas at the screen's resolution, and colours as channels. */

/** Size in CSS pixels, and how many device pixels a CSS pixel has. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

/** The canvas, cleared and as large as this; null where it cannot be drawn on. */
export function penFor(canvas: HTMLCanvasElement, { width, height, scale }: CanvasSize): CanvasRenderingContext2D | null {
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  const pen = canvas.getContext("2d");
  if (canvas.width === across && canvas.height === down) pen?.reset();
  else [canvas.width, canvas.height] = [across, down]; // which costs a new layout of the page
  return pen;
}

export type Channels = readonly [red: number, green: number, blue: number]; // each 0 to 255

/** "#rrggbb" as its channels. */
export function channelsOf(colour: string): Channels {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
