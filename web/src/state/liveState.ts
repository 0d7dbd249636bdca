/** Whether controls from outside reach this page, and which page they reach, in words. */

export interface LiveState {
  readonly connected: boolean;
  readonly leads: boolean; // controls from outside move this page, and what it plays is told outside
  readonly pages: number; // that are open
  readonly oscIn: number | null; // the port at which OSC comes in
  readonly oscOut: readonly string[]; // where it goes
  readonly opened: boolean; // to the local network: all pages play one project
  readonly follows: boolean; // another page leads, and this one plays its project
}

export const NOT_CONNECTED: LiveState = { connected: false, leads: false, pages: 0, oscIn: null, oscOut: [], opened: false, follows: false };

/** One line for the player. */
export function describeLive({ connected, leads, oscIn, oscOut }: LiveState): string {
  if (!connected) return "not connected";
  const out = oscOut.length > 0 ? `, out to ${oscOut.join(", ")}` : "";
  const osc = oscIn === null ? "OSC off: start with clave play --osc-in 9064" : `OSC in at port ${oscIn}${out}`;
  return leads ? `${osc}. This page leads.` : `${osc}. Another page leads: press play here to take over.`;
}
