// One connection as the page sees it: a live channel, with its times as numbers.

import type { ConnectionRow, DerivedRow, HandshakeRow, MessageRow } from "./document";
import { connectionName } from "./names";
import { moment } from "./words";

export type ConnectionState = "handshaking" | "open" | "peer_closed" | "closed" | "failed";

export class Connection {
  readonly name: string;
  readonly opened: number;
  /** Infinity as long as it is open. */
  readonly closed: number;
  /** Its handshakes, the current one last; none before the first is complete. */
  readonly handshakes: HandshakeRow[];

  constructor(readonly row: ConnectionRow) {
    this.name = connectionName(row.id);
    this.opened = moment(row.opened_at);
    this.closed = row.closed_at ? moment(row.closed_at) : Infinity;
    const current = currentHandshake(row);
    this.handshakes = current ? [...row.earlier, current] : row.earlier;
  }

  get id(): string {
    return this.row.id;
  }

  get handshake(): HandshakeRow | undefined {
    return this.handshakes.at(-1);
  }

  get isOpen(): boolean {
    return this.closed === Infinity;
  }

  /** A connection that ended before its first handshake was complete came to nothing. */
  get state(): ConnectionState {
    return this.row.state === "closed" && !this.handshake ? "failed" : this.row.state;
  }

  /** What its latest handshake said, one that is under way or failed included. */
  get messages(): MessageRow[] {
    return this.handshake?.messages ?? this.row.under_way?.messages ?? [];
  }

  get derived(): DerivedRow[] {
    return this.handshake?.derived ?? this.row.under_way?.derived ?? [];
  }

  /** Why it is on the session it is on, in one word. */
  get how(): string {
    const handshake = this.handshake;
    if (!handshake) return this.state === "failed" ? "failed" : "handshaking";
    if (handshake.kind === "renegotiated") return "renegotiated";
    if (handshake.resumed) return handshake.early_data === "accepted" ? "resumed, 0-RTT" : "resumed";
    return "full";
  }

  /** Every secret its handshakes derived: a renegotiation derives anew. */
  allDerived(): DerivedRow[] {
    const traces = [...this.handshakes, ...(this.row.under_way ? [this.row.under_way] : [])];
    return traces.flatMap((trace) => trace.derived ?? []);
  }
}

/** The current handshake's fields lie among the connection's own. */
function currentHandshake(row: ConnectionRow): HandshakeRow | undefined {
  return row.lineage !== undefined && row.session !== undefined ? (row as unknown as HandshakeRow) : undefined;
}
