/** A whole number, as Python rounds: halves to the even one. */
export const roundedToEven = (value: number): number => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));
