// What the console sends: `tessera.console/1`, as crates/console/src/document.rs writes it.
// Everything here is public by design; no field can hold a secret.

/** RFC 3339, as in `2026-11-22T20:15:04.250Z`. */
export type Time = string;

export interface ConsoleDocument {
  schema: "tessera.console/1";
  sequence: number;
  /** Forget all rows first. */
  everything: boolean;
  at: Time;
  console?: ConsoleFacts;
  processes?: ProcessRow[];
  lineages?: LineageRow[];
  connections?: ConnectionRow[];
  keys?: KeyRow[];
  notices?: NoticeRow[];
  counters?: Counters;
  web_sessions?: number | null;
  fleet?: Partial<Fleet>;
  gone?: Gone;
}

export interface ConsoleFacts {
  node: string;
  pid: number;
  started_at: Time;
  learn: boolean;
  store: string | null;
  listening: string | null;
  /** null: it works; text: why it does not. */
  deeds: Record<string, string | null>;
}

/** Ids of rows that are no longer kept. */
export interface Gone {
  connections?: string[];
  lineages?: string[];
  processes?: string[];
  keys?: string[];
  nodes?: string[];
}

export interface ProcessRow {
  /** Its id here: a system uses process ids again. */
  id: string;
  pid: number;
  node: string;
  started_at: Time;
  ended_at: Time | null;
  ending: string | null;
}

export interface SessionRow {
  id: string;
  lineage: string | null;
  generation: number;
  uses: number;
  issued_by: string | null;
  issued_at: Time | null;
  expires_at: Time | null;
  authenticated_at: Time | null;
  lineage_ends_at: Time | null;
}

export interface LineageRow {
  id: string;
  server_name: string | null;
  peer_identity: string | null;
  version: string | null;
  cipher_suite: string | null;
  authenticated_at: Time;
  expires_at: Time | null;
  lineage_ends_at: Time | null;
  generation: number;
  uses: number;
  state: string;
  ended_at: Time | null;
  why: string | null;
  sessions: SessionRow[];
}

export interface MessageRow {
  /** By the server. */
  sent: boolean;
  name: string;
  bytes: number;
}

export interface DerivedRow {
  what: string;
  from: string | null;
  fingerprint: string;
}

export interface Traces {
  messages?: MessageRow[];
  derived?: DerivedRow[];
}

export interface HandshakeRow extends Traces {
  epoch: number;
  kind: string;
  resumed: boolean;
  session: string;
  lineage: string;
  generation: number;
  version: string;
  cipher_suite: string;
  group: string | null;
  alpn: string | null;
  keys_fingerprint: string;
  handshake_us: number;
  epoch_bytes_in: number;
  epoch_bytes_out: number;
  early_data?: string;
  early_data_refusal?: string | null;
}

/** A connection; the fields of its current handshake are its own, and absent before the first. */
export interface ConnectionRow extends Partial<HandshakeRow> {
  id: string;
  opened_at: Time;
  closed_at: Time | null;
  peer: string;
  state: "handshaking" | "open" | "peer_closed" | "closed";
  ending: string | null;
  alert_sent: string | null;
  alert_received: string | null;
  server_name: string | null;
  earlier: HandshakeRow[];
  refusal: string | null;
  refusal_text: string | null;
  retried: boolean;
  key_updates: number;
  bytes_in: number;
  bytes_out: number;
  tickets: string[];
  web_session?: string;
  client_random?: string;
  under_way?: Traces;
  process: number;
  by: "console" | null;
}

export interface KeyRow {
  name: string;
  phase: string;
  dialect?: string;
  seals_from?: Time | null;
  seals_until?: Time | null;
  opens_until?: Time | null;
}

export interface NoticeRow {
  sequence: number;
  at: Time;
  kind: string;
  text: string;
  lineage: string | null;
  connection: string | null;
}

export interface Counters {
  open: number;
  closed: number;
  failed: number;
  sessions_live: number;
  secrets_agreed: number;
  keys_derived: number;
  resumed: number;
  full: number;
  renegotiated: number;
  refused: Record<string, number>;
  tickets_issued: number;
  bytes_in: number;
  bytes_out: number;
}

/** Who resumes whose sessions, and who has to begin anew. */
export interface Fleet {
  nodes: FleetNode[];
  resumed: FleetPair[];
  misses: Bucket[];
}

export interface FleetNode {
  id: string;
  label: string;
  pid: number | null;
  alive: boolean;
}

export interface FleetPair {
  issued_by: string;
  resumed_on: string;
  count: number;
}

/** Ten seconds of a fleet. */
export interface Bucket {
  at: Time;
  refused: Record<string, number>;
  resumed: number;
  full: number;
}
