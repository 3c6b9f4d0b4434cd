// The stream of pictures: opened, followed, and opened again where it broke off.

import type { ConsoleDocument } from "./document";
import { EventParser } from "./sse";

/** How the page is connected to the console. */
export type Link =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; attempt: number }
  | { state: "refused"; why: string };

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** The console says `: alive` every 15 s; three of them missing is a dead stream. */
const SILENCE_MS = 45_000;

export interface Listener {
  picture(document: ConsoleDocument): void;
  link(link: Link): void;
}

/** Follows the console for as long as the page lives. Returns only when the console refuses us. */
export async function follow(token: string, listener: Listener): Promise<void> {
  let lastId = "";
  let attempt = 0;
  listener.link({ state: "connecting" });
  for (;;) {
    const parser = new EventParser();
    parser.lastId = lastId;
    try {
      const refused = await readOnce(token, parser, listener, () => (attempt = 0));
      if (refused !== undefined) {
        listener.link({ state: "refused", why: refused });
        return;
      }
    } catch {
      // A console that went away and one that never was look the same from here: try again.
    }
    lastId = parser.lastId;
    attempt += 1;
    listener.link({ state: "reconnecting", attempt });
    await pause(pauseBefore(attempt));
  }
}

/** Doubles up to the longest, with up to a quarter more so that many pages do not come at once. */
export function pauseBefore(attempt: number, random = Math.random()): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 16));
  return pause * (1 + random / 4);
}

async function readOnce(
  token: string,
  parser: EventParser,
  listener: Listener,
  alive: () => void,
): Promise<string | undefined> {
  const watch = new Watch(SILENCE_MS);
  try {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (parser.lastId) headers["Last-Event-ID"] = parser.lastId;
    const response = await fetch("/events", { headers, cache: "no-store", signal: watch.signal });
    if (response.status === 401 || response.status === 403) return await response.text();
    if (!response.ok || !response.body) throw new Error(`the console answered ${response.status}`);
    listener.link({ state: "live" });
    alive();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      watch.again();
      for (const event of parser.push(value)) {
        if (event.event === "picture") listener.picture(JSON.parse(event.data) as ConsoleDocument);
      }
    }
  } finally {
    watch.stop();
  }
}

/** Aborts what takes too long to say anything. */
class Watch {
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.again();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
