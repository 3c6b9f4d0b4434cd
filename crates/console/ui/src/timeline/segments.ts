// A connection, cut where a renegotiation moves it from one session to the next.

import type { Connection } from "../connection";
import type { HandshakeRow } from "../document";
import type { Picture } from "../state";

export interface Segment {
  /** Names its row. */
  key: string;
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
      key: `c:${connection.id}@${segments.length}`,
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

/** A lineage's segments, in their order. */
export interface Cut {
  revision: number;
  segments: Segment[];
  /** The first end and the last beginning: between them lies every one. */
  firstEnd: number;
  lastBegin: number;
}

/** Connections cut into segments, by lineage: cut again where something changed. */
export class Cuts {
  readonly #cuts = new Map<string, Cut>();

  of(lineage: string, picture: Picture): Cut {
    const revision = picture.revisionOf(lineage);
    const known = this.#cuts.get(lineage);
    if (known?.revision === revision) return known;
    this.#forget(picture);
    const cut = cutOf(lineage, picture, revision);
    this.#cuts.set(lineage, cut);
    return cut;
  }

  /** Lineages that are no longer kept, once there are some. */
  #forget(picture: Picture): void {
    if (this.#cuts.size < picture.sessions.size + 64) return;
    for (const lineage of this.#cuts.keys()) {
      if (!picture.sessions.has(lineage)) this.#cuts.delete(lineage);
    }
  }
}

function cutOf(lineage: string, picture: Picture, revision: number): Cut {
  const segments: Segment[] = [];
  let [firstEnd, lastBegin] = [Infinity, -Infinity];
  for (const connection of picture.connectionsOf(lineage)) {
    for (const segment of segmentsOf(connection, picture)) {
      if (segment.lineage !== lineage) continue;
      segments.push(segment);
      firstEnd = Math.min(firstEnd, segment.to);
      lastBegin = Math.max(lastBegin, segment.from);
    }
  }
  segments.sort((a, b) => a.from - b.from);
  return { revision, segments, firstEnd, lastBegin };
}
