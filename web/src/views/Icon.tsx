/** Small pictures on buttons, drawn with one line. */

import type { JSX } from "preact";

const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  stop: "M6 6h12v12H6z",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10H9",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h5",
  dice: "M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
  reset: "M5 12a7 7 0 1 0 2.2-5.1M7 3v4h4",
  close: "M6 6l12 12M18 6L6 18",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  locked: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlocked: "M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 0 1 6.8-1.2",
  hear: "M5 9.5v5h3.5L13 18V6L8.5 9.5zM16 9a4.2 4.2 0 0 1 0 6",
  pen: "M5 19l1-4L16.5 4.5l3 3L9 18zM14 7l3 3",
  folder: "M4 7h6l2 2h8v10H4z",
} as const;

const FILLED: ReadonlySet<string> = new Set(["play", "stop"]);

type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  const filled = FILLED.has(name);
  return (
    <svg
      class="icon-picture"
      viewBox="0 0 24 24"
      width="16"
      height="16"
      aria-hidden="true"
      fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"}
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} {...(name === "theme" ? { fill: "none" } : {})} />
      {name === "theme" && <path d="M12 4a8 8 0 0 0 0 16z" fill="currentColor" />}
    </svg>
  );
}

type ButtonProps = Omit<JSX.IntrinsicElements["button"], "icon" | "label" | "type" | "class">;

interface IconButtonProps extends ButtonProps {
  readonly icon: IconName;
  readonly label: string; // its accessible name
  readonly framed?: boolean;
}

/** A button that shows only an icon. */
export function IconButton({ icon, label, framed = false, ...others }: IconButtonProps) {
  return (
    <button type="button" class={framed ? "icon framed" : "icon"} aria-label={label} {...others}>
      <Icon name={icon} />
    </button>
  );
}
