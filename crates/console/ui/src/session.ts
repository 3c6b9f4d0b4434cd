// One session in the page's sense: a lineage, all that descends from one full handshake.

import type { LineageRow, SessionRow } from "./document";
import { sessionName, suiteName, versionName } from "./names";
import { moment } from "./words";

/** So many colours the style sheet has: `c0` to `c9`. */
const COLOURS = 10;

export class Session {
  readonly name: string;
  readonly began: number;
  /** When its last ticket ends, if nothing ends it sooner; NaN while nobody has said. */
  readonly expires: number;
  /** Infinity as long as it can be resumed. */
  readonly ended: number;

  constructor(
    readonly row: LineageRow,
    /** Sessions are coloured in the order they came about, so that neighbours differ. */
    readonly order: number,
  ) {
    this.name = sessionName(row.id);
    this.began = moment(row.authenticated_at);
    this.expires = moment(row.expires_at ?? row.lineage_ends_at);
    this.ended = row.ended_at ? moment(row.ended_at) : row.state === "live" ? Infinity : this.expires || this.began;
  }

  get id(): string {
    return this.row.id;
  }

  get isLive(): boolean {
    return this.ended === Infinity;
  }

  get colour(): string {
    return `c${this.order % COLOURS}`;
  }

  /** `TLS 1.3 AES-128-GCM`. */
  get protocol(): string {
    const version = this.row.version ? versionName(this.row.version) : "";
    return `${version} ${this.row.cipher_suite ? suiteName(this.row.cipher_suite) : ""}`.trim();
  }

  /** A member of the lineage: one ticket, or one session ID. */
  member(id: string): SessionRow | undefined {
    return this.row.sessions.find((session) => session.id === id);
  }
}
