// The rows as SVG. Thick bars are sessions, thin lines are connections.

import { nothing, svg, type SVGTemplateResult } from "lit-html";
import type { Connection } from "../connection";
import { count } from "../words";
import { density, outline } from "./density";
import { pattern } from "./hatch";
import type { Row } from "./layout";
import type { Scale } from "./scale";
import type { Segment } from "./segments";
import { endingOf, failureOf, howOf, nameOf } from "./told";

/** What all rows are drawn with. */
export interface Pen {
  scale: Scale;
  now: number;
  /** Width of the whole, and of the column of names. */
  width: number;
  isNarrow: boolean;
  selected: string | undefined;
  chosenSession: string | undefined;
  active: string | undefined;
  pids: boolean;
}

type Of<K extends Row["kind"]> = Extract<Row, { kind: K }>;

export function drawRow(row: Row, pen: Pen): SVGTemplateResult {
  const level = row.kind === "session" || row.kind === "loose-head" ? 1 : 2;
  const content = drawKind(row, pen);
  const folds = row.kind === "session" && row.lines > 0;
  return svg`<g id=${`row-${row.key}`} class="row ${row.kind} ${colourOf(row)}" role="treeitem" data-row=${row.key}
      aria-level=${level} aria-posinset=${row.position} aria-setsize=${row.of}
      aria-selected=${isSelected(row, pen)} aria-expanded=${folds ? String(!row.folded) : nothing}
      data-lineage=${lineageOf(row) ?? nothing} data-connection=${connectionOf(row)?.id ?? nothing}
      data-state=${stateOf(row) ?? nothing} data-active=${row.key === pen.active ? "" : nothing}
      transform="translate(0 ${row.y})">
    <title>${nameOf(row, pen.now)}</title>
    <rect class="ground" width=${pen.width} height=${row.height} rx="4" /><g aria-hidden="true">${content}</g>
  </g>`;
}

function drawKind(row: Row, pen: Pen): SVGTemplateResult {
  switch (row.kind) {
    case "session":
      return drawSession(row, pen);
    case "line":
      return drawLine(row, pen);
    case "strip":
      return drawStrip(row, pen);
    case "loose-head":
      return svg`<rect class="swatch empty" x="8.5" y="8.5" width="10" height="10" rx="2" />
        <text class="name" x="25" y="17">no session</text>
        <text class="detail" x="100" y="17">${pen.isNarrow ? nothing : count(row.count, "handshake")}</text>`;
    case "loose":
      return drawLoose(row, pen);
  }
}

function drawSession({ session, lines, open, folded }: Of<"session">, pen: Pen): SVGTemplateResult {
  const { scale, now } = pen;
  const from = scale.clamped(session.began);
  const end = Math.min(session.ended, now);
  const to = scale.clamped(end);
  const ahead = Number.isNaN(session.expires) ? to : scale.clamped(session.expires);
  const ending = endingOf(session, now);
  const inside = `${count(lines, "connection")}${open ? `, ${open} open` : ""}`;
  const bar = Math.max(3, to - from);
  const hasRoom = bar > inside.length * 6.2 + 20 && scale.x(session.began) > scale.left - 20;
  return svg`
    <rect class="swatch" x="8" y="8" width="11" height="11" rx="2" />
    <text class="name" x="25" y="18">${session.name}</text>
    <text class="detail" x="76" y="18">${pen.isNarrow ? nothing : `${session.row.server_name ?? ""}  ${session.protocol}`}</text>
    ${lines ? caret(scale.left - 12, folded) : nothing}
    <g clip-path="url(#plot)">
      ${session.isLive && ahead > to ? svg`<rect class="ahead" x=${to} y="5" width=${Math.max(0, ahead - to)} height="16" />` : nothing}
      <rect class="bar" x=${from} y="5" width=${bar} height="16" rx="3" />
      ${hasRoom ? svg`<text class="inside" x=${from + 8} y="17">${inside}</text>` : nothing}
      ${session.isLive ? nothing : svg`<path class="cut" d=${`M${to - 4} 7l8 12M${to + 4} 7l-8 12`} />`}
      ${endText(pen.isNarrow ? ending.replace(/^expires /, "") : ending, to + (session.isLive ? 6 : 10), scale, session.isLive)}
    </g>`;
}

function caret(x: number, folded: boolean): SVGTemplateResult {
  const turn = folded ? "" : " rotate(90)";
  return svg`<path class="caret" d="M-3 -3L1 0L-3 3" transform=${`translate(${x} 13.5)${turn}`} />`;
}

/** Behind the bar's end where there is room, else before it, on the bar. */
function endText(text: string, x: number, scale: Scale, isLive: boolean): SVGTemplateResult {
  const width = text.length * 6 + 8;
  if (x + width < scale.right || isLive)
    return svg`<text class="ending ${isLive ? "live" : "over"}" x=${x} y="17">${text}</text>`;
  return svg`<text class="inside" text-anchor="end" x=${Math.min(x - 18, scale.right - 8)} y="17">${text}</text>`;
}

function drawLine({ session, segment, isLastRow }: Of<"line">, pen: Pen): SVGTemplateResult {
  const { scale, now } = pen;
  const { connection } = segment;
  const from = scale.clamped(segment.from);
  const isOpen = segment.isLast && connection.isOpen;
  const to = Math.max(from + 2, scale.clamped(Math.min(segment.to, now)));
  const id = `hatch-${connection.id}-${segment.index}`;
  return svg`
    <path class="stem" d=${`M13.5 0V${isLastRow ? 8.5 : 17}M13.5 8.5H21`} />
    <text class="name" x="25" y="12.5">${connection.name}</text>
    <text class="detail" x="76" y="12.5">${pen.isNarrow ? nothing : howOf(segment)}</text>
    ${pen.pids && !pen.isNarrow ? svg`<text class="pid" x=${scale.left - 24} y="12.5">pid ${connection.row.process}</text>` : nothing}
    <g clip-path="url(#plot)">
      <defs>${pattern(id, segment.handshake.keys_fingerprint, session.colour, from, 5)}</defs>
      <rect class="channel" x=${from} y="5" width=${to - from} height="7" rx="2" fill=${`url(#${id})`} />
      ${segment.index === 0 ? startMark(segment, from) : renegotiationMark(from)}
      ${segment.marks.map((mark) => renegotiationMark(scale.clamped(mark)))}
      ${segment.isLast ? endMark(to, isOpen) : renegotiationMark(to)}
      ${lineText(segment, to, isOpen, scale)}
    </g>`;
}

/** A full handshake agreed a secret: a full dot. A resumption only took one up: a ring. */
function startMark(segment: Segment, x: number): SVGTemplateResult {
  const isFull = !segment.handshake.resumed || segment.handshake.kind === "renegotiated";
  return svg`<circle class=${isFull ? "dot" : "ring"} cx=${x} cy="8.5" r="4.2" />`;
}

/** An open connection has an arrow's tip, a closed one a stroke. */
function endMark(x: number, isOpen: boolean): SVGTemplateResult {
  if (!isOpen) return svg`<path class="stop" d=${`M${x} 2.5V14.5`} />`;
  return svg`<path class="tip" d=${`M${x - 1} 2.5L${x + 7} 8.5L${x - 1} 14.5Z`} />`;
}

function renegotiationMark(x: number): SVGTemplateResult {
  return svg`<g class="renegotiated"><circle cx=${x} cy="8.5" r="6" /><text x=${x} y="11.8">R</text></g>`;
}

function lineText(segment: Segment, to: number, isOpen: boolean, scale: Scale): SVGTemplateResult | typeof nothing {
  if (isOpen || !segment.isLast) return nothing;
  const text = segment.connection.row.ending ?? "";
  return text && to + text.length * 5.6 < scale.right
    ? svg`<text class="note" x=${to + 7} y="12.5">${text}</text>`
    : nothing;
}

function drawStrip({ session, segments }: Of<"strip">, pen: Pen): SVGTemplateResult {
  const { scale } = pen;
  const path = outline(density(segments, scale, pen.now), scale.left, 19, 16);
  return svg`
    <path class="stem" d="M13.5 0V22M13.5 11H21" />
    <text class="name" x="25" y="15">${pen.isNarrow ? `+${segments.length}` : `${segments.length} more`}</text>
    <text class="detail" x="100" y="15">${pen.isNarrow ? nothing : "unfold ▸"}</text>
    <g clip-path="url(#plot)"><path class="density ${session.colour}" d=${path} /></g>`;
}

function drawLoose({ connection }: Of<"loose">, pen: Pen): SVGTemplateResult {
  const { scale } = pen;
  const x = scale.clamped(connection.opened);
  const end = scale.clamped(Math.min(connection.closed, pen.now));
  const isFailed = connection.state === "failed";
  const text = isFailed ? failureOf(connection) : "handshake under way";
  const behind = end + 9 + text.length * 5.7 < scale.right;
  return svg`
    <path class="stem" d="M13.5 0V8.5H21" />
    <text class="name" x="25" y="12.5">${connection.name}</text>
    <text class="detail" x="76" y="12.5">${pen.isNarrow ? nothing : connection.how}</text>
    <g clip-path="url(#plot)">
      <rect class="channel" x=${x} y="7" width=${Math.max(1, end - x)} height="3" />
      ${isFailed ? svg`<path class="fail" d=${`M${end - 4} 4.5l8 8M${end + 4} 4.5l-8 8`} />` : nothing}
      <text class="note" text-anchor=${behind ? "start" : "end"} x=${behind ? end + 9 : x - 9} y="12.5">${text}</text>
    </g>`;
}

/** A renegotiation takes a connection from one bar to the next: a step between the two rows. */
export function drawStep(above: Of<"line">, below: Of<"line">, scale: Scale): SVGTemplateResult {
  const x = scale.clamped(below.segment.from);
  const [y1, y2] = [above.y + 14.5, below.y + 2.5];
  return svg`<g class="step ${below.session.colour}">
    <path class="way" d=${`M${x} ${y1}V${y2 - 4}`} /><path class="head" d=${`M${x - 4} ${y2 - 6}h8l-4 6z`} />
  </g>`;
}

function colourOf(row: Row): string {
  return "session" in row ? row.session.colour : "none";
}

function lineageOf(row: Row): string | undefined {
  return "session" in row ? row.session.id : undefined;
}

function connectionOf(row: Row): Connection | undefined {
  return row.kind === "line" ? row.segment.connection : row.kind === "loose" ? row.connection : undefined;
}

function stateOf(row: Row): string | undefined {
  return row.kind === "session" ? row.session.row.state : connectionOf(row)?.state;
}

function isSelected(row: Row, pen: Pen): "true" | "false" {
  const connection = connectionOf(row);
  const is = connection
    ? connection.id === pen.selected
    : row.kind === "session" && row.session.id === pen.chosenSession;
  return is ? "true" : "false";
}
