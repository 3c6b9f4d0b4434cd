// Time to pixels, and back.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between marks that people count in. */
const STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
];

/** Marks nearer than this would read as one. */
const NARROWEST = 84;

/** A stretch of time laid over a stretch of the screen. */
export class Scale {
  constructor(
    readonly from: number,
    readonly to: number,
    readonly left: number,
    readonly right: number,
  ) {}

  get span(): number {
    return this.to - this.from;
  }

  get msPerPixel(): number {
    return this.span / Math.max(1, this.right - this.left);
  }

  x(at: number): number {
    return this.left + (at - this.from) / this.msPerPixel;
  }

  /** Where it lies, or the edge beyond which it lies: what is drawn stays of a size that can be drawn. */
  clamped(at: number): number {
    return Math.min(this.right + 20, Math.max(this.left - 20, this.x(at)));
  }

  at(x: number): number {
    return this.from + (x - this.left) * this.msPerPixel;
  }

  ticks(): number[] {
    const step = STEPS.find((candidate) => candidate / this.msPerPixel >= NARROWEST) ?? 30 * DAY;
    const ticks = [];
    for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) ticks.push(at);
    return ticks;
  }
}
