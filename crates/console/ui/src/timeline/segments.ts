// A connection, cut where a renegotiation moves it from one session to the next.

import type { Connection } from "../connection";
import type { HandshakeRow } from "../document";
import type { Picture } from "../state";

export interface Segment {
  connection: Connection;
  lineage: string;
  /** The handshake whose keys it ends with. */
  handshake: HandshakeRow;
  from: number;
  to: number;
  /** Renegotiations within: the same session, but new keys. */
  marks: number[];
  /** Which of the connection's segments it is, and whether there is another. */
  index: number;
  isLast: boolean;
}

export function segmentsOf(connection: Connection, picture: Picture): Segment[] {
  const segments: Segment[] = [];
  connection.handshakes.forEach((handshake, epoch) => {
    const began = epoch === 0 ? connection.opened : renegotiatedAt(handshake, connection, picture);
    const last = segments.at(-1);
    if (last?.lineage === handshake.lineage) {
      last.handshake = handshake;
      last.marks.push(began);
      return;
    }
    if (last) {
      last.to = began;
      last.isLast = false;
    }
    segments.push({
      connection,
      lineage: handshake.lineage,
      handshake,
      from: began,
      to: connection.closed,
      marks: [],
      index: segments.length,
      isLast: true,
    });
  });
  return segments;
}

/** A renegotiation has no time of its own: the session it made, or the lineage it began, has. */
function renegotiatedAt(handshake: HandshakeRow, connection: Connection, picture: Picture): number {
  const session = picture.sessions.get(handshake.lineage);
  const issued = Date.parse(session?.member(handshake.session)?.issued_at ?? "");
  const at = Number.isFinite(issued) && issued > connection.opened ? issued : (session?.began ?? NaN);
  return Number.isFinite(at) ? Math.min(connection.closed, Math.max(connection.opened, at)) : connection.opened;
}
