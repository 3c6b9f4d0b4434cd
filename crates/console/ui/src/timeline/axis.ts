// The head of the picture: times, now, restarts, and what happened beside the connections.

import { svg, type SVGTemplateResult } from "lit-html";
import type { Picture } from "../state";
import { moment } from "../words";
import type { Scale } from "./scale";

export const AXIS_HEIGHT = 34;

/** A restart: one process ends, and the next one begins. */
export interface Restart {
  at: number;
  text: string;
  long: string;
}

export function restartsOf(picture: Picture): Restart[] {
  const processes = [...picture.processes.values()];
  return processes.flatMap((row) => {
    if (!row.ended_at) return [];
    const at = moment(row.ended_at);
    const next = processes.find((other) => other.node === row.node && moment(other.started_at) >= at);
    const text = next ? `pid ${row.pid} → ${next.pid}` : `pid ${row.pid} ended`;
    return [{ at, text, long: `${text}: ${row.ending ?? "ended"}` }];
  });
}

/** Notices that stand at the axis; the others are told at the rows they are about. */
const AT_AXIS = new Set(["ring", "renewed", "reload", "revocations", "trouble"]);

export function drawAxis(picture: Picture, scale: Scale, now: number, width: number): SVGTemplateResult {
  const x = scale.x(now);
  const isNowVisible = x <= scale.right;
  return svg`<svg class="axis" width=${width} height=${AXIS_HEIGHT} aria-hidden="true">
    ${scale
      .ticks()
      .filter((at) => at <= now || !isNowVisible)
      .filter((at) => Math.abs(scale.x(at) - x) > 34 && scale.x(at) > scale.left + 20)
      .map((at) => svg`<text class="tick" x=${scale.x(at)} y="30">${tickText(at, scale)}</text>`)}
    ${isNowVisible ? svg`<g class="now"><path d=${`M${x - 5} 25h10l-5 7z`} /><text x=${x} y="21">now</text></g>` : null}
    ${notices(picture, scale)}
    ${restartFlags(restartsOf(picture), scale)}
  </svg>`;
}

function tickText(at: number, scale: Scale): string {
  const time = new Date(at);
  if (scale.span > 2 * 24 * 3_600_000) return time.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const text = time.toLocaleTimeString("en-GB");
  return scale.span > 20 * 60_000 ? text.slice(0, 5) : text;
}

function notices(picture: Picture, scale: Scale): SVGTemplateResult[] {
  return [...picture.notices.values()]
    .filter((notice) => AT_AXIS.has(notice.kind))
    .map((notice) => ({ notice, x: scale.x(moment(notice.at)) }))
    .filter(({ x }) => x > scale.left && x < scale.right)
    .map(
      ({ notice, x }) =>
        svg`<path class="notice ${notice.kind}" d=${`M${x} 2l4 4l-4 4l-4 -4z`}><title>${notice.text}</title></path>`,
    );
}

/** Flags that would lie on one another keep their pole and lose their cloth. */
function restartFlags(restarts: Restart[], scale: Scale): SVGTemplateResult[] {
  let free = -Infinity;
  return restarts
    .filter(({ at }) => at > scale.from && at < scale.to)
    .map(({ at, text, long }) => {
      const x = scale.x(at);
      const cloth = `restart: ${text}`;
      const width = cloth.length * 5.5 + 14;
      const hasRoom = x - width / 2 > free;
      if (hasRoom) free = x + width / 2;
      return svg`<g class="restart"><title>${long}</title><path d=${`M${x} 14V${AXIS_HEIGHT}`} />
        ${
          hasRoom
            ? svg`<rect x=${x - width / 2} y="0" width=${width} height="15" rx="3" /><text x=${x} y="11.5">${cloth}</text>`
            : svg`<circle cx=${x} cy="12" r="3" />`
        }</g>`;
    });
}

/** The poles, down through all rows: bars are drawn over them, lines end at them. */
export function drawPoles(picture: Picture, scale: Scale, now: number, height: number): SVGTemplateResult {
  const x = scale.x(now);
  return svg`<g aria-hidden="true">
    ${scale.ticks().map((at) => svg`<path class="gridline" d=${`M${scale.x(at)} 0V${height}`} />`)}
    ${restartsOf(picture)
      .filter(({ at }) => at > scale.from && at < scale.to)
      .map(({ at }) => svg`<path class="restart-pole" d=${`M${scale.x(at)} 0V${height}`} />`)}
    ${x <= scale.right ? svg`<path class="now-pole" d=${`M${x} 0V${height}`} />` : null}
  </g>`;
}
