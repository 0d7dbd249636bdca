/** In place of the schema checker's formats (dates, addresses, ...): a string of our messages has none of them. */
export const format: Readonly<Record<string, never>> = {};
