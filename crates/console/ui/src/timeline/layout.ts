// Which rows the picture has, from top to bottom. Pure: a picture and a stretch of time in, rows out.

import type { Connection } from "../connection";
import type { Session } from "../session";
import type { Picture } from "../state";
import { type Cut, Cuts, type Segment } from "./segments";

export type Row = {
  key: string;
  y: number;
  height: number;
  /** Which it is of how many: of the bars, or of the lines under one bar. */
  position: number;
  of: number;
} & (
  | { kind: "session"; session: Session; lines: number; open: number; folded: boolean }
  | { kind: "line"; session: Session; segment: Segment; isLastRow: boolean }
  | { kind: "strip"; session: Session; segments: Segment[] }
  | { kind: "loose-head"; count: number }
  | { kind: "loose"; connection: Connection }
);

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

/** A row before it has a place. */
const UNPLACED = { y: 0, position: 0, of: 0 };

/** With more lines than this a session shows its last ones, and the others as a strip. */
const FOLD_ABOVE = 24;
const SHOWN_WHEN_FOLDED = 8;
/** The newest failures; the list of refusals has them all. */
const LOOSE_SHOWN = 40;

export interface Stretch {
  from: number;
  to: number;
}

export function layOut(
  picture: Picture,
  stretch: Stretch,
  folding: Folding,
  selected: string | undefined,
  groups: Groups = new Groups(),
): Layout {
  const isInside = (from: number, to: number) => from <= stretch.to && to >= stretch.from;
  const rows: Row[] = [];
  for (const session of picture.inOrder()) {
    const group = groups.of(session, picture, stretch, folding, selected);
    if (group.lines || isInside(session.began, session.ended)) for (const row of group.rows) rows.push(row);
  }
  rows.push(...looseRows(picture.loose().filter((connection) => isInside(connection.opened, connection.closed))));
  return place(rows);
}

interface Group {
  of: string;
  segments: Segment[];
  session: Session;
  lines: number;
  rows: Row[];
}

/** The rows of each session, kept as long as nothing about them changes: most do not, from picture to picture. */
export class Groups {
  readonly #cuts = new Cuts();
  readonly #groups = new WeakMap<Cut, Group>();

  of(session: Session, picture: Picture, stretch: Stretch, folding: Folding, selected: string | undefined): Group {
    const cut = this.#cuts.of(session.id, picture);
    const all = cut.firstEnd >= stretch.from && cut.lastBegin <= stretch.to;
    const inside = all ? cut.segments : cut.segments.filter(({ from, to }) => from <= stretch.to && to >= stretch.from);
    const of = `${folding.folded.has(session.id)} ${folding.unfolded.has(session.id)} ${inside.length > FOLD_ABOVE ? selected : ""}`;
    const known = this.#groups.get(cut);
    const isSame = known?.of === of && known.session === session && known.lines === inside.length;
    if (known && isSame && (all || known.segments.every((segment, at) => segment === inside[at]))) return known;
    const group = {
      of,
      session,
      segments: inside,
      lines: inside.length,
      rows: rowsOf(session, inside, folding, selected),
    };
    this.#groups.set(cut, group);
    return group;
  }
}

function rowsOf(session: Session, segments: Segment[], folding: Folding, selected: string | undefined): Row[] {
  const open = segments.filter((segment) => segment.isLast && segment.connection.isOpen).length;
  const [hidden, shown] = fold(session, segments, folding, selected);
  const of = shown.length + (hidden.length ? 1 : 0);
  const rows: Row[] = [
    {
      kind: "session",
      ...UNPLACED,
      key: `s:${session.id}`,
      height: HEIGHT.session,
      session,
      lines: segments.length,
      open,
      folded: hidden.length > 0,
    },
  ];
  if (hidden.length) {
    rows.push({
      kind: "strip",
      ...UNPLACED,
      position: 1,
      of,
      key: `t:${session.id}`,
      height: HEIGHT.strip,
      session,
      segments: hidden,
    });
  }
  shown.forEach((segment, at) => {
    rows.push({
      kind: "line",
      ...UNPLACED,
      position: at + 1 + of - shown.length,
      of,
      key: segment.key,
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

function looseRows(loose: Connection[]): Row[] {
  if (loose.length === 0) return [];
  loose.sort((a, b) => a.opened - b.opened);
  const shown = loose.slice(-LOOSE_SHOWN);
  return [
    { kind: "loose-head", ...UNPLACED, key: "n", height: HEIGHT["loose-head"], count: loose.length },
    ...shown.map((connection, at): Row => {
      const place = { ...UNPLACED, position: at + 1, of: shown.length };
      return { kind: "loose", ...place, key: `l:${connection.id}`, height: HEIGHT.loose, connection };
    }),
  ];
}

/** Puts them under one another; where a row is, only the latest layout says. */
function place(rows: Row[]): Layout {
  let y = 4;
  const heads = rows.filter(isHead);
  heads.forEach((row, at) => Object.assign(row, { position: at + 1, of: heads.length }));
  for (const row of rows) {
    row.y = y;
    y += row.height;
  }
  return { rows, height: y + 6 };
}

function isHead({ kind }: Row): boolean {
  return kind === "session" || kind === "loose-head";
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
