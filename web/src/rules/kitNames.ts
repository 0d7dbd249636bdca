/** Names of kits that mean more than a kit of the instrument. */

/** The kit of the sound space: what its voices are is drawn. */
export const SPACE_KIT = "space";

const KEPT_PREFIX = "kept ";

/** What a groove calls its kit while one of the player's own plays. */
export const keptKitName = (id: number): string => `${KEPT_PREFIX}${id}`;
export const keptKitId = (kit: string): number | null => (/^kept \d+$/.test(kit) ? Number(kit.slice(KEPT_PREFIX.length)) : null);
