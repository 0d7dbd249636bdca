/** What was asked cannot be had, now or later; the message is a sentence for the player. */
export class Refused extends Error {}

/** The same for what only a server can do. */
export const notHere = (action: string): Refused => new Refused(`a page without a server cannot ${action}; Clave on your own computer can`);
