/** Moments as a person says them. */

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

const startOfDay = (moment: Date): number => new Date(moment).setHours(0, 0, 0, 0);

/** "today, 18:24", "yesterday, 09:05", "3 Nov, 18:24", "3 Nov 2025"; in the time of this place. */
export function formatMoment(iso: string, now = new Date()): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const days = Math.round((startOfDay(now) - startOfDay(moment)) / 86_400_000);
  if (days === 0 || days === 1) return `${days === 0 ? "today" : "yesterday"}, ${CLOCK.format(moment)}`;
  return moment.getFullYear() === now.getFullYear() ? `${DATE.format(moment)}, ${CLOCK.format(moment)}` : `${DATE.format(moment)} ${moment.getFullYear()}`;
}
