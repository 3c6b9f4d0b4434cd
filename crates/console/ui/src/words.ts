// Numbers and times as people read them.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its largest unit, and the next where that says something: `1 h 52 min`. */
export function span(ms: number): string {
  const whole = Math.max(0, Math.round(ms / SECOND)) * SECOND;
  if (whole < MINUTE) return `${whole / SECOND} s`;
  if (whole < 10 * MINUTE) return two(whole, MINUTE, "min", SECOND, "s");
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "min");
  return two(whole, DAY, "d", HOUR, "h");
}

function two(ms: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.floor((ms % unit) / smaller);
  return `${Math.floor(ms / unit)} ${name}${rest ? ` ${rest} ${smallerName}` : ""}`;
}

/** A handshake's time: `374 µs`, `1.4 ms`. */
export function micros(us: number): string {
  if (us < 1_000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

const GROUPED = new Intl.NumberFormat("en-US");

/** `2,913`. */
export function number(value: number): string {
  return GROUPED.format(value);
}

/** `2,913 B`, `44.1 kB`. */
export function bytes(value: number): string {
  if (value < 10_000) return `${number(value)} B`;
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** `1 connection`, `5 connections`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

/** The time of day here: `20:15:04`. */
export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/** A code for people: `already_used` → `already used`. */
export function plain(code: string): string {
  return code.replaceAll("_", " ");
}

/** RFC 3339 to milliseconds; NaN of nothing, which no comparison is true of. */
export function moment(time: string | null | undefined): number {
  return time ? Date.parse(time) : NaN;
}
