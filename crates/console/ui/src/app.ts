// What the page remembers beside the picture: where one looks, what is chosen, what was said.

import type { Connection } from "./connection";
import type { Answer } from "./api";
import type { Session } from "./session";
import { Picture } from "./state";
import type { Link } from "./stream";
import { View } from "./timeline/zoom";

export type Page = "picture" | "table" | "operator" | "refusals";

/** Something said to the person; errors stay until they are dismissed. */
export interface Message {
  id: number;
  isError: boolean;
  text: string;
}

/** What can be chosen: a connection, or a session by itself. */
export interface Selection {
  connection?: string;
  lineage?: string;
}

const FOLLOW_PAUSE_MS = 900;
/** So many connections are a crowd. */
const MANY = 1_000;
const CROWDED_PAUSE_MS = 250;

export class App {
  readonly picture = new Picture();
  readonly view = new View();
  readonly unfolded = new Set<string>();
  readonly folded = new Set<string>();
  link: Link = { state: "connecting" };
  page: Page = "picture";
  /** As chosen by the person; until then the newest connection is shown. */
  chosen: Selection | undefined;
  messages: Message[] = [];
  /** What was done, and which it is: the same words twice are said twice. */
  status = { text: "", count: 0 };
  /** Whether the picture scrolls to what is new: until the person scrolls, or chooses. */
  follows = true;
  #shown: string | undefined;
  #shownAt = 0;
  readonly busy = new Set<string>();
  /** Secrets that were asked for, by connection; forgotten with the page. */
  readonly revealed = new Map<string, NonNullable<Answer["secrets"]>>();
  version: "1.2" | "1.3" | null = null;
  #messages = 0;
  #scheduled = false;
  #waiting = 0;
  #drawnAt = 0;

  constructor(
    readonly token: string,
    readonly draw: () => void,
  ) {}

  /** Draws with the next frame, however often it is called before. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((at) => {
      this.#scheduled = false;
      clearTimeout(this.#waiting);
      this.#waiting = 0;
      this.#drawnAt = at;
      this.draw();
    });
  }

  /** News from the stream: drawn at once while they are few, and a few times a second when they are many. */
  arrived(): void {
    const rest = this.picture.connections.size < MANY ? 0 : this.#drawnAt + CROWDED_PAUSE_MS - performance.now();
    if (rest <= 0) return this.changed();
    this.#waiting ||= window.setTimeout(() => this.changed(), rest);
  }

  now(): number {
    return this.picture.now(Date.now());
  }

  /** Where the picture begins. */
  began(): number {
    return Math.min(this.picture.began, this.now());
  }

  get connection(): Connection | undefined {
    if (this.chosen?.connection) return this.picture.connections.get(this.chosen.connection);
    if (this.chosen?.lineage || !this.#shown) return undefined;
    return this.picture.connections.get(this.#shown);
  }

  get session(): Session | undefined {
    const lineage = this.connection?.handshake?.lineage ?? this.chosen?.lineage;
    return lineage ? this.picture.sessions.get(lineage) : undefined;
  }

  choose(selection: Selection | undefined): void {
    this.chosen = selection;
    this.follows = selection === undefined;
    this.changed();
  }

  /** Shows the newest connection while nothing is chosen; many in a second would be none. */
  follow(): void {
    const { newest, connections } = this.picture;
    const isGone = !this.#shown || !connections.has(this.#shown);
    if (!isGone && (!this.follows || Date.now() - this.#shownAt < FOLLOW_PAUSE_MS)) return;
    if (newest?.id === this.#shown) return;
    this.#shown = newest?.id;
    this.#shownAt = Date.now();
  }

  show(page: Page): void {
    this.page = page;
    this.changed();
  }

  say(text: string): void {
    this.status = { text, count: this.status.count + 1 };
    this.changed();
  }

  complain(text: string): void {
    this.messages = [...this.messages.slice(-3), { id: ++this.#messages, isError: true, text }];
    this.changed();
  }

  dismiss(id?: number): void {
    this.messages = id === undefined ? [] : this.messages.filter((message) => message.id !== id);
    this.changed();
  }
}
