// All the page knows, put together from documents: rows are whole, and each replaces the one with its id.

import { Connection } from "./connection";
import type {
  ConnectionRow,
  ConsoleDocument,
  Bucket,
  ConsoleFacts,
  Counters,
  FleetNode,
  FleetPair,
  Gone,
  KeyRow,
  LineageRow,
  NoticeRow,
  ProcessRow,
} from "./document";
import { Session } from "./session";
import { moment } from "./words";

/** What is told of is kept this long; older notices are in the server's log. */
const NOTICES = 500;
/** An hour, ten seconds each. */
const BUCKETS = 360;

/** A secret, as one of those who have it knows it. */
export interface Holder {
  connection: string;
  what: string;
}

export class Picture {
  facts: ConsoleFacts | undefined;
  counters: Counters | undefined;
  webSessions: number | null = null;
  readonly processes = new Map<string, ProcessRow>();
  readonly sessions = new Map<string, Session>();
  readonly connections = new Map<string, Connection>();
  readonly keys = new Map<string, KeyRow>();
  readonly notices = new Map<number, NoticeRow>();
  /** The fleet's part: nodes by id, pairs by both ids, buckets by their beginning. */
  readonly nodes = new Map<string, FleetNode>();
  readonly pairs = new Map<string, FleetPair>();
  readonly buckets = new Map<string, Bucket>();
  /** Connections by the lineages they are or were on. */
  readonly #members = new Map<string, Set<string>>();
  /** Connections that are on none: under way, or failed. */
  readonly #loose = new Set<string>();
  /** When the first of all this began; Infinity before anything did. */
  began = Infinity;
  /** The connection that was opened last. */
  newest: Connection | undefined;
  /** Sessions in the order they began, until another comes. */
  #inOrder: Session[] | undefined;
  /** Counts the changes of each lineage and its connections: who draws it draws it again then. */
  readonly #touched = new Map<string, number>();
  /** Who has which secret: what is shared between connections, and what is not. */
  readonly #holders = new Map<string, Holder[]>();
  /** Counts merges: whoever computes from the picture computes again when it has moved. */
  revision = 0;
  #sessionsSeen = 0;
  /** How far this machine's clock is ahead of the console's. */
  #ahead = NaN;

  merge(document: ConsoleDocument, receivedAt: number): void {
    this.revision += 1;
    if (document.everything) this.#forget();
    this.#setClock(moment(document.at), receivedAt);
    this.facts = document.console ?? this.facts;
    if (document.console) this.#begin(moment(document.console.started_at));
    this.counters = document.counters ?? this.counters;
    if (document.web_sessions !== undefined) this.webSessions = document.web_sessions;
    for (const row of document.processes ?? []) this.processes.set(row.id, row);
    for (const row of document.lineages ?? []) this.#putLineage(row);
    for (const row of document.connections ?? []) this.#putConnection(row);
    for (const row of document.keys ?? []) this.keys.set(row.name, row);
    for (const row of document.notices ?? []) this.#putNotice(row);
    for (const row of document.fleet?.nodes ?? []) this.nodes.set(row.id, row);
    for (const row of document.fleet?.resumed ?? []) this.pairs.set(`${row.issued_by} ${row.resumed_on}`, row);
    for (const row of document.fleet?.misses ?? []) this.#putBucket(row);
    this.#drop(document.gone ?? {});
  }

  /** The console's time. */
  now(clock: number): number {
    return Number.isNaN(this.#ahead) ? clock : clock - this.#ahead;
  }

  inOrder(): readonly Session[] {
    this.#inOrder ??= [...this.sessions.values()].sort((a, b) => a.began - b.began || a.order - b.order);
    return this.#inOrder;
  }

  loose(): Connection[] {
    return [...this.#loose].flatMap((id) => this.connections.get(id) ?? []);
  }

  /** Another number when anything of it is another. */
  revisionOf(lineage: string): number {
    return this.#touched.get(lineage) ?? 0;
  }

  connectionsOf(lineage: string): Connection[] {
    const ids = this.#members.get(lineage) ?? [];
    return [...ids].flatMap((id) => this.connections.get(id) ?? []);
  }

  holders(fingerprint: string): readonly Holder[] {
    return this.#holders.get(fingerprint) ?? [];
  }

  /** The server as it runs now: the process that started last and has not ended. */
  server(): ProcessRow | undefined {
    return [...this.processes.values()].filter((row) => !row.ended_at).at(-1);
  }

  #drop(gone: Gone): void {
    for (const id of gone.connections ?? []) this.#dropConnection(id);
    for (const id of gone.lineages ?? []) this.#dropLineage(id);
    for (const id of gone.processes ?? []) this.processes.delete(id);
    for (const name of gone.keys ?? []) this.keys.delete(name);
    for (const id of gone.nodes ?? []) {
      this.nodes.delete(id);
      for (const [key, pair] of this.pairs) {
        if (pair.issued_by === id || pair.resumed_on === id) this.pairs.delete(key);
      }
    }
  }

  #forget(): void {
    const { processes, sessions, connections, keys, notices, nodes, pairs, buckets } = this;
    for (const rows of [processes, sessions, connections, keys, notices, nodes, pairs, buckets]) rows.clear();
    for (const index of [this.#members, this.#holders, this.#loose]) index.clear();
    this.#inOrder = undefined;
    this.newest = undefined;
    this.began = Infinity;
    this.#sessionsSeen = 0;
  }

  /** A document is never here before it was sent, so the smallest difference is the nearest to the truth. */
  #setClock(at: number, receivedAt: number): void {
    const ahead = receivedAt - at;
    if (Number.isFinite(ahead) && !(ahead >= this.#ahead)) this.#ahead = ahead;
  }

  #putLineage(row: LineageRow): void {
    const order = this.sessions.get(row.id)?.order ?? this.#sessionsSeen++;
    const session = new Session(row, order);
    this.sessions.set(row.id, session);
    this.#inOrder = undefined;
    this.#begin(session.began);
    this.#touch(row.id);
    // Where a renegotiated connection left its session before is known from the next one.
    for (const { handshakes } of this.connectionsOf(row.id)) {
      if (handshakes.length > 1) for (const { lineage } of handshakes) this.#touch(lineage);
    }
  }

  #dropLineage(id: string): void {
    this.sessions.delete(id);
    this.#inOrder = undefined;
    this.#touched.delete(id);
  }

  #touch(lineage: string): void {
    this.#touched.set(lineage, this.revision);
  }

  #begin(at: number): void {
    if (at < this.began) this.began = at;
  }

  #putConnection(row: ConnectionRow): void {
    const before = this.connections.get(row.id);
    if (before) this.#disown(before);
    const connection = new Connection(row);
    this.connections.set(row.id, connection);
    this.#begin(connection.opened);
    if (!this.newest || connection.opened >= this.newest.opened || connection.id === this.newest.id)
      this.newest = connection;
    if (connection.handshakes.length) this.#loose.delete(row.id);
    else this.#loose.add(row.id);
    for (const { lineage } of connection.handshakes) {
      const members = this.#members.get(lineage) ?? new Set();
      this.#members.set(lineage, members.add(row.id));
      this.#touch(lineage);
    }
    for (const { fingerprint, what } of connection.allDerived()) {
      const holders = this.#holders.get(fingerprint) ?? [];
      holders.push({ connection: row.id, what });
      this.#holders.set(fingerprint, holders);
    }
  }

  #dropConnection(id: string): void {
    const connection = this.connections.get(id);
    if (!connection) return;
    this.#disown(connection);
    this.connections.delete(id);
    this.#loose.delete(id);
    if (this.newest === connection) this.newest = latest(this.connections.values());
    for (const { lineage } of connection.handshakes) {
      this.#touch(lineage);
      const members = this.#members.get(lineage);
      members?.delete(id);
      if (members?.size === 0) this.#members.delete(lineage);
    }
  }

  #disown(connection: Connection): void {
    for (const { fingerprint } of connection.allDerived()) {
      const others = this.holders(fingerprint).filter((holder) => holder.connection !== connection.id);
      if (others.length) this.#holders.set(fingerprint, others);
      else this.#holders.delete(fingerprint);
    }
  }

  #putNotice(row: NoticeRow): void {
    this.notices.set(row.sequence, row);
    keepLatest(this.notices, NOTICES);
  }

  #putBucket(row: Bucket): void {
    this.buckets.set(row.at, row);
    keepLatest(this.buckets, BUCKETS);
  }
}

function latest(connections: Iterable<Connection>): Connection | undefined {
  let latest: Connection | undefined;
  for (const connection of connections) {
    if (!latest || connection.opened >= latest.opened) latest = connection;
  }
  return latest;
}

/** A map knows the order its entries came in. */
function keepLatest<K, V>(rows: Map<K, V>, most: number): void {
  for (const key of rows.keys()) {
    if (rows.size <= most) return;
    rows.delete(key);
  }
}
