/** Times, lengths and numbers in words, in the agent's own time zone. */

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

export function when(iso) {
  const then = new Date(iso);
  const days = daysAgo(then);
  const day = days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(then);
  return `${day}, ${TIME.format(then)}`;
}

export function exactly(iso) {
  return EXACT.format(new Date(iso));
}

export function day(iso) {
  return DAY.format(new Date(iso));
}

export function time(iso) {
  return TIME.format(new Date(iso));
}

export function length(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${seconds} s`;
}

export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

function daysAgo(then) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(new Date()) - midnight(then)) / 86_400_000);
}
