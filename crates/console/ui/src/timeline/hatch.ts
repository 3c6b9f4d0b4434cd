// A connection's keys as a pattern: the same keys, the same hatch; other keys, very likely another.

import { svg, type SVGTemplateResult } from "lit-html";

export interface Hatch {
  angle: number;
  spacing: number;
  weight: number;
  shape: "lines" | "cross" | "dots" | "dashes";
}

const SHAPES: readonly Hatch["shape"][] = ["lines", "cross", "dots", "dashes"];

/** Four hex digits are enough: 8 × 4 × 4 × 3 patterns, told apart at a line's height. */
export function hatchOf(fingerprint: string): Hatch {
  const digit = (at: number) => parseInt(fingerprint[at] ?? "0", 16) || 0;
  return {
    angle: (digit(0) % 8) * 22.5,
    spacing: 4 + (digit(1) % 4),
    weight: 1 + (digit(3) % 3) * 0.4,
    shape: SHAPES[digit(2) % 4] ?? "lines",
  };
}

/** The pattern as it is referred to; colour comes from the session's class. */
export function pattern(id: string, fingerprint: string, colour: string, x: number, y: number): SVGTemplateResult {
  const hatch = hatchOf(fingerprint);
  const size = hatch.spacing;
  // It moves with the line's beginning, or lines would seem to swim in their hatch.
  const transform = `translate(${x} ${y}) rotate(${hatch.angle})`;
  return svg`<pattern id=${id} class=${colour} width=${size} height=${size}
      patternUnits="userSpaceOnUse" patternTransform=${transform}>
    <rect width=${size} height=${size} class="hatch-ink" /><path d=${stroke(hatch)} class="hatch-gap" stroke-width=${hatch.weight} />
  </pattern>`;
}

function stroke({ shape, spacing }: Hatch): string {
  const middle = spacing / 2;
  switch (shape) {
    case "lines":
      return `M0 ${middle}H${spacing}`;
    case "cross":
      return `M0 ${middle}H${spacing}M${middle} 0V${spacing}`;
    case "dots":
      return `M${middle - 0.7} ${middle}h1.4`;
    case "dashes":
      return `M0 ${middle}h${spacing * 0.55}`;
  }
}

/** The same as a small tile, to stand beside a fingerprint. */
export function tile(fingerprint: string, colour: string, place: string): SVGTemplateResult {
  const id = `tile-${place}-${fingerprint}`;
  return svg`<svg class="tile" width="14" height="14" aria-hidden="true">
    <defs>${pattern(id, fingerprint, colour, 0, 0)}</defs>
    <rect width="14" height="14" rx="3" fill=${`url(#${id})`} />
  </svg>`;
}
