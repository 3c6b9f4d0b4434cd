// Why a session was resumed, or why not, in words; what the server itself has judged is told, not judged again.

import type { Connection } from "./connection";
import type { SessionRow } from "./document";
import { connectionName, suiteName, versionName } from "./names";
import type { Session } from "./session";
import { moment, plain, span } from "./words";

export interface Reason {
  ok: boolean | undefined;
  what: string;
  detail: string;
}

export interface Why {
  headline: string;
  reasons: Reason[];
}

export function why(connection: Connection, session: Session | undefined): Why {
  const { row, handshake } = connection;
  if (!handshake) return unfinished(connection);
  if (handshake.kind === "renegotiated" && !handshake.resumed) {
    return {
      headline: "A renegotiation: the same connection, moved to a new session.",
      reasons: [{ ok: true, what: "full handshake inside", detail: "under the keys of the session before" }],
    };
  }
  if (!handshake.resumed) return full(connection);
  const member = session?.member(handshake.session);
  const reasons = [
    { ok: true, what: "same name", detail: row.server_name ?? "no name asked for, as before" },
    { ok: true, what: "same version", detail: versionName(handshake.version) },
    { ok: true, what: "same hash", detail: suiteName(handshake.cipher_suite) },
    ...age(connection, member),
    ...issuer(connection, member),
    ...usedBefore(connection, member),
    ...early(connection),
  ];
  const how = handshake.kind === "session_id" ? "session ID" : "ticket";
  return { headline: `Resumed: its ${how} was good for everything asked.`, reasons };
}

function unfinished(connection: Connection): Why {
  const { row } = connection;
  if (connection.state !== "failed") return { headline: "The handshake is under way.", reasons: [] };
  const alert = row.alert_sent ?? row.alert_received;
  const side = row.alert_sent ? "sent by the server" : "sent by the client";
  return {
    headline: `The handshake failed: ${row.ending ?? "no reason was given"}.`,
    reasons: alert ? [{ ok: false, what: `alert ${alert}`, detail: side }] : [],
  };
}

function full(connection: Connection): Why {
  const { row } = connection;
  if (!row.refusal) {
    return {
      headline: "A full handshake: the client offered no session.",
      reasons: [{ ok: undefined, what: "first contact", detail: "identity proved, a new secret agreed" }],
    };
  }
  return {
    headline: `Not resumed: ${row.refusal_text ?? plain(row.refusal)}.`,
    reasons: [
      { ok: false, what: plain(row.refusal), detail: "the offered session was refused" },
      { ok: true, what: "full handshake instead", detail: "a refusal is a reason, not an error" },
    ],
  };
}

function age({ opened }: Connection, member: SessionRow | undefined): Reason[] {
  const issued = moment(member?.issued_at);
  const expires = moment(member?.expires_at);
  if (Number.isNaN(issued) || Number.isNaN(expires)) return [];
  return [{ ok: opened < expires, what: "age", detail: `${span(opened - issued)}, of ${span(expires - issued)}` }];
}

function issuer(connection: Connection, member: SessionRow | undefined): Reason[] {
  const by = member?.issued_by;
  if (!by) return [];
  const how = connection.handshake?.kind === "session_id" ? "agreed on" : "ticket from";
  return [
    { ok: true, what: `${how} ${connectionName(by)}`, detail: "opened by a key of the ring, or found in the store" },
  ];
}

function usedBefore(connection: Connection, member: SessionRow | undefined): Reason[] {
  if (!member) return [];
  if (connection.handshake?.version === "TLSv1.3") {
    return [
      {
        ok: member.uses <= 1,
        what: "not used before",
        detail: member.uses <= 1 ? "each ticket is claimed once" : `${member.uses} connections ran on it`,
      },
    ];
  }
  return [{ ok: true, what: "may be used again", detail: `TLS 1.2: ${member.uses} connections so far` }];
}

function early({ handshake }: Connection): Reason[] {
  if (!handshake?.early_data || (handshake.early_data === "none" && !handshake.early_data_refusal)) return [];
  if (handshake.early_data === "accepted")
    return [{ ok: true, what: "0-RTT accepted", detail: "data came with the first flight" }];
  return [{ ok: false, what: "0-RTT not taken", detail: plain(handshake.early_data_refusal ?? handshake.early_data) }];
}
