// Many lines as one strip: how many of them are open at each moment.

import type { Scale } from "./scale";
import type { Segment } from "./segments";

/** Pixels of one step. */
const STEP = 2;

/** How many segments lie over each step of the scale. One pass over the segments, whatever the zoom. */
export function density(segments: readonly Segment[], scale: Scale, now: number): number[] {
  const steps = Math.max(1, Math.ceil((scale.right - scale.left) / STEP));
  const changes = new Int32Array(steps + 1);
  for (const { from, to } of segments) {
    const end = Math.min(to, now);
    if (from > scale.to || end < scale.from) continue;
    const first = Math.max(0, Math.floor((scale.x(from) - scale.left) / STEP));
    const last = Math.min(steps - 1, Math.floor((scale.x(end) - scale.left) / STEP));
    if (first >= steps || last < 0) continue;
    changes[first] = (changes[first] ?? 0) + 1;
    changes[last + 1] = (changes[last + 1] ?? 0) - 1;
  }
  let open = 0;
  return Array.from({ length: steps }, (_, at) => (open += changes[at] ?? 0));
}

/** The strip's outline as an SVG path that stands on `bottom`; its highest point is `height` above. */
export function outline(heights: readonly number[], left: number, bottom: number, height: number): string {
  const most = Math.max(1, ...heights);
  let path = `M${left} ${bottom}`;
  let before = 0;
  heights.forEach((value, at) => {
    if (value === before) return;
    const x = left + at * STEP;
    path += `H${x}V${round(bottom - Math.sqrt(value / most) * height)}`;
    before = value;
  });
  return `${path}H${left + heights.length * STEP}V${bottom}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
