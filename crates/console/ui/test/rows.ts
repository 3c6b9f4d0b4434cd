// Rows for the tests, each whole, with what matters to a test handed in.

import type { ConnectionRow, ConsoleDocument, HandshakeRow, LineageRow } from "../src/document";

export const START = Date.parse("2026-11-22T20:00:00.000Z");

export function at(seconds: number): string {
  return new Date(START + seconds * 1_000).toISOString();
}

export function document(part: Partial<ConsoleDocument>): ConsoleDocument {
  return { schema: "tessera.console/1", sequence: 1, everything: false, at: at(0), ...part };
}

export function handshake(part: Partial<HandshakeRow>): HandshakeRow {
  return {
    epoch: 0,
    kind: "full",
    resumed: false,
    session: "5e55",
    lineage: "11aa",
    generation: 0,
    version: "TLSv1.3",
    cipher_suite: "TLS_AES_128_GCM_SHA256",
    group: "X25519",
    alpn: null,
    keys_fingerprint: "0123456789abcdef",
    handshake_us: 1_000,
    epoch_bytes_in: 0,
    epoch_bytes_out: 0,
    ...part,
  };
}

/** A connection; without a handshake it is on no session. */
export function connection(part: Partial<ConnectionRow>, current?: HandshakeRow): ConnectionRow {
  return {
    ...current,
    id: "c0ffee",
    opened_at: at(0),
    closed_at: null,
    peer: "127.0.0.1:50000",
    state: part.closed_at ? "closed" : "open",
    ending: null,
    alert_sent: null,
    alert_received: null,
    server_name: "localhost",
    earlier: [],
    refusal: null,
    refusal_text: null,
    retried: false,
    key_updates: 0,
    bytes_in: 0,
    bytes_out: 0,
    tickets: [],
    process: 811,
    by: null,
    ...part,
  };
}

export function lineage(part: Partial<LineageRow>): LineageRow {
  return {
    id: "11aa",
    server_name: "localhost",
    peer_identity: null,
    version: "TLSv1.3",
    cipher_suite: "TLS_AES_128_GCM_SHA256",
    authenticated_at: at(0),
    expires_at: at(7_200),
    lineage_ends_at: at(604_800),
    generation: 0,
    uses: 1,
    state: "live",
    ended_at: null,
    why: null,
    sessions: [],
    ...part,
  };
}
