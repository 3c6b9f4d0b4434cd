// Which rows the picture has, from top to bottom. Pure: a picture and a stretch of time in, rows out.

import type { Connection } from "../connection";
import type { Session } from "../session";
import type { Picture } from "../state";
import { type Segment, segmentsOf } from "./segments";

export type Row = { key: string; y: number; height: number } & (
  | { kind: "session"; session: Session; lines: number; open: number; folded: boolean }
  | { kind: "line"; session: Session; segment: Segment; isLastRow: boolean }
  | { kind: "strip"; session: Session; segments: Segment[] }
  | { kind: "loose-head"; count: number }
  | { kind: "loose"; connection: Connection }
);

/** A row before it has a place; distributed over the kinds. */
type Unplaced = Row extends infer R ? (R extends Row ? Omit<R, "y"> : never) : never;

export interface Layout {
  rows: Row[];
  height: number;
}

/** What the person has folded and unfolded by hand. */
export interface Folding {
  unfolded: ReadonlySet<string>;
  folded: ReadonlySet<string>;
}

export const HEIGHT = { session: 27, line: 17, strip: 22, "loose-head": 25, loose: 17 } as const;

/** With more lines than this a session shows its last ones, and the others as a strip. */
const FOLD_ABOVE = 24;
const SHOWN_WHEN_FOLDED = 8;
/** The newest failures; the list of refusals has them all. */
const LOOSE_SHOWN = 40;

export interface Stretch {
  from: number;
  to: number;
}

export function layOut(picture: Picture, stretch: Stretch, folding: Folding, selected: string | undefined): Layout {
  const byLineage = new Map<string, Segment[]>();
  const loose: Connection[] = [];
  for (const connection of picture.connections.values()) {
    if (connection.opened > stretch.to || connection.closed < stretch.from) continue;
    const segments = segmentsOf(connection, picture);
    if (segments.length === 0) loose.push(connection);
    for (const segment of segments) {
      if (segment.to < stretch.from) continue;
      const list = byLineage.get(segment.lineage);
      if (list) list.push(segment);
      else byLineage.set(segment.lineage, [segment]);
    }
  }
  const rows: Unplaced[] = [];
  for (const session of inOrder(picture)) {
    const segments = byLineage.get(session.id) ?? [];
    const isInside = session.began <= stretch.to && session.ended >= stretch.from;
    if (isInside || segments.length) rows.push(...rowsOf(session, segments, folding, selected));
  }
  rows.push(...looseRows(loose));
  return place(rows);
}

function inOrder(picture: Picture): Session[] {
  return [...picture.sessions.values()].sort((a, b) => a.began - b.began || a.order - b.order);
}

function rowsOf(session: Session, segments: Segment[], folding: Folding, selected: string | undefined): Unplaced[] {
  segments.sort((a, b) => a.from - b.from);
  const open = segments.filter((segment) => segment.isLast && segment.connection.isOpen).length;
  const [hidden, shown] = fold(session, segments, folding, selected);
  const rows: Unplaced[] = [
    {
      kind: "session",
      key: `s:${session.id}`,
      height: HEIGHT.session,
      session,
      lines: segments.length,
      open,
      folded: hidden.length > 0,
    },
  ];
  if (hidden.length) {
    rows.push({ kind: "strip", key: `t:${session.id}`, height: HEIGHT.strip, session, segments: hidden });
  }
  shown.forEach((segment, at) => {
    rows.push({
      kind: "line",
      key: lineKey(segment),
      height: HEIGHT.line,
      session,
      segment,
      isLastRow: at === shown.length - 1,
    });
  });
  return rows;
}

/** What goes into the strip, and what keeps a line of its own: the newest, and the selected one. */
function fold(
  session: Session,
  segments: Segment[],
  folding: Folding,
  selected: string | undefined,
): [Segment[], Segment[]] {
  const all = folding.unfolded.has(session.id);
  const none = folding.folded.has(session.id);
  if (all || (!none && segments.length <= FOLD_ABOVE)) return [[], segments];
  const shown = none ? 0 : SHOWN_WHEN_FOLDED;
  const hidden: Segment[] = [];
  const kept: Segment[] = [];
  segments.forEach((segment, at) => {
    const keep = at >= segments.length - shown || (!none && segment.connection.id === selected);
    (keep ? kept : hidden).push(segment);
  });
  return [hidden, kept];
}

function looseRows(loose: Connection[]): Unplaced[] {
  if (loose.length === 0) return [];
  loose.sort((a, b) => a.opened - b.opened);
  return [
    { kind: "loose-head", key: "n", height: HEIGHT["loose-head"], count: loose.length },
    ...loose.slice(-LOOSE_SHOWN).map((connection): Unplaced => {
      return { kind: "loose", key: `l:${connection.id}`, height: HEIGHT.loose, connection };
    }),
  ];
}

function place(unplaced: Unplaced[]): Layout {
  let y = 4;
  const rows = unplaced.map((row): Row => {
    const placed = { ...row, y } as Row;
    y += row.height;
    return placed;
  });
  return { rows, height: y + 6 };
}

export function lineKey(segment: Segment): string {
  return `c:${segment.connection.id}@${segment.index}`;
}

/** The rows that lie between two heights: they are sorted, so two bisections find them. */
export function rowsBetween(layout: Layout, top: number, bottom: number): Row[] {
  const first = bisect(layout.rows, (row) => row.y + row.height > top);
  const last = bisect(layout.rows, (row) => row.y > bottom);
  return layout.rows.slice(first, last);
}

function bisect(rows: Row[], isBehind: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}
