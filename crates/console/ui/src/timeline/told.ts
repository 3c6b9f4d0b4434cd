// The rows in words.

import type { Connection } from "../connection";
import type { Session } from "../session";
import { count, plain, span } from "../words";
import type { Row } from "./layout";
import type { Segment } from "./segments";

type Of<K extends Row["kind"]> = Extract<Row, { kind: K }>;

/** The row in words, for whoever does not see it, and whoever asks for more by hovering. */
export function nameOf(row: Row, now: number): string {
  switch (row.kind) {
    case "session":
      return nameOfSession(row, now);
    case "line":
      return nameOfLine(row);
    case "strip":
      return `${row.segments.length} more connections of ${row.session.name}, folded`;
    case "loose-head":
      return `No session: ${count(row.count, "handshake")}`;
    case "loose":
      return `Connection ${row.connection.name}, ${row.connection.state === "failed" ? failureOf(row.connection) : "handshaking"}`;
  }
}

function nameOfSession({ session, lines, open }: Of<"session">, now: number): string {
  const name = session.row.server_name ?? "no name";
  const served = `${count(lines, "connection")}, ${open} open`;
  return `Session ${session.name}, ${name}, ${session.protocol}, ${served}, ${endingOf(session, now)}`;
}

function nameOfLine({ segment }: Of<"line">): string {
  const { connection, isLast } = segment;
  const state = isLast ? plain(connection.state) : "moved to another session";
  return `Connection ${connection.name}, ${howOf(segment)}, ${state}, process ${connection.row.process}`;
}

/** How long it has still to live, or why no longer. */
export function endingOf(session: Session, now: number): string {
  if (session.isLive) return Number.isNaN(session.expires) ? "live" : `expires in ${span(session.expires - now)}`;
  const why = session.row.why;
  const state = plain(session.row.state);
  return why && why !== state ? `${state}: ${why}` : state;
}

/** How its handshake went, and why not otherwise. */
export function howOf({ connection, handshake, isLast }: Segment): string {
  const how = isLast ? connection.how : handshake.resumed ? "resumed" : "full";
  const refusal = connection.row.refusal;
  return refusal && handshake.epoch === 0 ? `${how}: ${plain(refusal)}` : how;
}

/** Why a handshake came to nothing: the alert, and the sentence. */
export function failureOf({ row }: Connection): string {
  const alert = row.alert_sent
    ? `alert sent: ${row.alert_sent}`
    : row.alert_received
      ? `alert received: ${row.alert_received}`
      : "";
  return [alert, row.ending].filter(Boolean).join(" · ") || "ended without an alert";
}
