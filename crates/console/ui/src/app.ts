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
  status = "";
  readonly busy = new Set<string>();
  /** Secrets that were asked for, by connection; forgotten with the page. */
  readonly revealed = new Map<string, NonNullable<Answer["secrets"]>>();
  version: "1.2" | "1.3" | null = null;
  #messages = 0;
  #scheduled = false;

  constructor(
    readonly token: string,
    readonly draw: () => void,
  ) {}

  /** Draws with the next frame, however often it is called before. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.draw();
    });
  }

  now(): number {
    return this.picture.now(Date.now());
  }

  /** Where the picture begins. */
  began(): number {
    const started = this.picture.facts ? Date.parse(this.picture.facts.started_at) : NaN;
    let earliest = Number.isNaN(started) ? Infinity : started;
    for (const session of this.picture.sessions.values()) earliest = Math.min(earliest, session.began);
    for (const connection of this.picture.connections.values()) earliest = Math.min(earliest, connection.opened);
    return Number.isFinite(earliest) ? earliest : this.now();
  }

  get connection(): Connection | undefined {
    if (this.chosen?.connection) return this.picture.connections.get(this.chosen.connection);
    return this.chosen?.lineage ? undefined : this.#newest();
  }

  get session(): Session | undefined {
    const lineage = this.connection?.handshake?.lineage ?? this.chosen?.lineage;
    return lineage ? this.picture.sessions.get(lineage) : undefined;
  }

  choose(selection: Selection | undefined): void {
    this.chosen = selection;
    this.changed();
  }

  show(page: Page): void {
    this.page = page;
    this.changed();
  }

  say(text: string): void {
    this.status = text;
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

  #newest(): Connection | undefined {
    let newest: Connection | undefined;
    for (const connection of this.picture.connections.values()) {
      if (!newest || connection.opened >= newest.opened) newest = connection;
    }
    return newest;
  }
}
