// Which stretch of time is looked at.

import { Scale } from "./scale";

export type Zoom = "fit" | "1 min" | "10 min" | "1 h" | "all";

export const ZOOMS: readonly Zoom[] = ["fit", "1 min", "10 min", "1 h", "all"];

const MINUTE = 60_000;
const SPANS: Record<Exclude<Zoom, "fit" | "all">, number> = {
  "1 min": MINUTE,
  "10 min": 10 * MINUTE,
  "1 h": 60 * MINUTE,
};

/** What lies behind now, where bars say when they will end: wide enough for that, and never the half. */
const AHEAD = 0.14;
const AHEAD_PIXELS = 134;
const AHEAD_MOST = 0.3;
const SHORTEST = 5_000;
const LONGEST = 30 * 24 * 60 * MINUTE;

export class View {
  zoom: Zoom = "fit";
  /** The stretch before now; only where the zoom was turned by hand. */
  #span: number | undefined;
  /** Where now would stand; undefined as long as it is followed. */
  #until: number | undefined;

  get follows(): boolean {
    return this.#until === undefined;
  }

  choose(zoom: Zoom): void {
    this.zoom = zoom;
    this.#span = undefined;
    this.#until = undefined;
  }

  follow(): void {
    this.#until = undefined;
  }

  /** Moves by so many milliseconds; there is nothing to see behind now. */
  pan(ms: number, now: number): void {
    const until = (this.#until ?? now) + ms;
    this.#until = until >= now ? undefined : until;
  }

  /** Closer or further, around now. */
  magnify(factor: number, began: number, now: number): void {
    this.#span = Math.min(LONGEST, Math.max(SHORTEST, this.#before(began, now) * factor));
  }

  /** Whether the zoom is the button's, or turned further by hand. */
  get isChosen(): boolean {
    return this.#span === undefined;
  }

  scale(began: number, now: number, left: number, right: number): Scale {
    const before = this.#before(began, now);
    const until = this.#until ?? now;
    const ahead = Math.min(AHEAD_MOST, Math.max(AHEAD, AHEAD_PIXELS / Math.max(1, right - left)));
    return new Scale(until - before, until + (before * ahead) / (1 - ahead), left, right);
  }

  #before(began: number, now: number): number {
    if (this.#span !== undefined) return this.#span;
    // Half a minute at least: a picture that races in its first seconds is none.
    const everything = Math.max(MINUTE / 2, (now - began) * 1.04);
    if (this.zoom === "all") return everything;
    if (this.zoom === "fit") return Math.min(everything, SPANS["10 min"]);
    return SPANS[this.zoom];
  }
}
