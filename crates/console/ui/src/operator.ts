// The operator's view: who resumes whose sessions, what is missed and why, and the ring of ticket keys.

import { html, svg, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Bucket, Fleet, KeyRow } from "./document";
import { fleetOf } from "./fleet";
import { Scale } from "./timeline/scale";
import { clock, count, moment, number, plain, span } from "./words";

export function operator(app: App): TemplateResult {
  const fleet = fleetOf(app.picture, app.now());
  return html`<div class="operator">
    <section aria-labelledby="heat-title">
      <h2 id="heat-title">Issued by → resumed on</h2>
      <p class="quiet">Off the diagonal: one process took up what another had issued.</p>
      ${heat(fleet)}
    </section>
    <section aria-labelledby="misses-title">
      <h2 id="misses-title">Handshakes, ten seconds each</h2>
      <p class="quiet">Resumed, full, and of the full ones those that were refused, by reason.</p>
      ${misses(fleet.misses)}
    </section>
    <section aria-labelledby="ring-title" class="wide">
      <h2 id="ring-title">The ring of ticket keys</h2>
      <p class="quiet">
        A key seals for a while, and opens what it sealed for longer: no ticket is refused because of a rotation.
      </p>
      ${ring([...app.picture.keys.values()], app.now())}
    </section>
  </div>`;
}

/** Nodes that were there, the living first; a matrix for more is for a screen that has room. */
const NODES = 16;

function heat(fleet: Fleet): TemplateResult {
  const nodes = [...fleet.nodes].sort((a, b) => Number(b.alive) - Number(a.alive)).slice(0, NODES);
  if (nodes.length === 0) return html`<p class="quiet">No process has been seen yet.</p>`;
  const counts = new Map(fleet.resumed.map((cell) => [`${cell.issued_by} ${cell.resumed_on}`, cell.count]));
  const most = Math.max(1, ...counts.values());
  return html`<div class="heat" tabindex="0" role="group" aria-labelledby="heat-title">
    <table>
      <thead>
        <tr>
          <th scope="col">issued by</th>
          ${nodes.map((node) => html`<th scope="col" class=${node.alive ? "" : "ended"}>${node.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${nodes.map(
          (row) =>
            html`<tr>
              <th scope="row" class=${row.alive ? "" : "ended"}>${row.label}</th>
              ${nodes.map((column) => {
                const value = counts.get(`${row.id} ${column.id}`) ?? 0;
                const warmth = value === 0 ? 0 : Math.ceil((5 * Math.log1p(value)) / Math.log1p(most));
                return html`<td class="warm${warmth} ${row.id === column.id ? "same" : ""}">
                  ${value ? number(value) : "·"}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const CHART = { width: 560, height: 150, left: 30, bottom: 18 };
const BARS = 48;

function misses(buckets: Bucket[]): TemplateResult {
  const shown = buckets.slice(-BARS);
  const codes = [...new Set(shown.flatMap((bucket) => Object.keys(bucket.refused)))].sort();
  const most = Math.max(1, ...shown.map((bucket) => bucket.full + bucket.resumed));
  const step = (CHART.width - CHART.left) / BARS;
  const unit = (CHART.height - CHART.bottom - 8) / most;
  const bar = (bucket: Bucket, at: number) => {
    const x = CHART.left + (BARS - shown.length + at) * step;
    let y = CHART.height - CHART.bottom;
    const refused = Object.values(bucket.refused).reduce((sum, value) => sum + value, 0);
    const parts: [string, number][] = [
      ["resumed", bucket.resumed],
      ["full", Math.max(0, bucket.full - refused)],
      ...codes.map((code, at): [string, number] => [`miss m${at % 8}`, bucket.refused[code] ?? 0]),
    ];
    return parts
      .filter(([, value]) => value > 0)
      .map(([kind, value]) => {
        y -= value * unit;
        return svg`<rect class=${kind} x=${x} y=${y} width=${step - 1.5} height=${value * unit} />`;
      });
  };
  const first = shown[0];
  return html`<svg
      class="chart"
      viewBox="0 0 ${CHART.width} ${CHART.height}"
      role="img"
      aria-label=${`${count(shown.length, "bucket")}; at most ${most} handshakes in one`}
    >
      <text class="tick" x="0" y="12">${most}</text>
      <path
        class="gridline"
        d="M${CHART.left} 8H${CHART.width}M${CHART.left} ${CHART.height - CHART.bottom}H${CHART.width}"
      />
      ${shown.map(bar)}
      ${first ? svg`<text class="tick" x=${CHART.left + (BARS - shown.length) * step} y=${CHART.height - 4}>${clock(moment(first.at))}</text>` : null}
      <text class="tick" text-anchor="end" x=${CHART.width} y=${CHART.height - 4}>now</text>
    </svg>
    <ul class="patches">
      <li><span class="patch resumed"></span>resumed</li>
      <li><span class="patch full"></span>full, nothing offered</li>
      ${codes.map((code, at) => html`<li><span class="patch m${at % 8}"></span>refused: ${plain(code)}</li>`)}
    </ul>`;
}

const RING = { width: 1_160, row: 24, left: 150 };

function ring(keys: KeyRow[], now: number): TemplateResult {
  if (keys.length === 0) return html`<p class="quiet">The ring has not been told yet.</p>`;
  const times = keys
    .flatMap((key) => [moment(key.seals_from), moment(key.seals_until), moment(key.opens_until)])
    .filter(Number.isFinite);
  const scale = new Scale(Math.min(now, ...times), Math.max(now + 60_000, ...times), RING.left, RING.width - 10);
  const height = keys.length * RING.row + 26;
  return html`<div class="ring-chart" tabindex="0" role="group" aria-labelledby="ring-title">
    <svg
      viewBox="0 0 ${RING.width} ${height}"
      role="img"
      aria-label=${keys.map((key) => `key ${key.name.slice(0, 8)} is ${key.phase}`).join("; ")}
    >
      <path class="now-pole" d="M${scale.x(now)} 0V${height - 20}" />
      <text class="tick" text-anchor="middle" x=${scale.x(now)} y=${height - 6}>now</text>
      ${keys.map((key, at) => keyBar(key, at * RING.row, scale, now))}
    </svg>
  </div>`;
}

function keyBar(key: KeyRow, y: number, scale: Scale, now: number) {
  const [from, until, opens] = [moment(key.seals_from), moment(key.seals_until), moment(key.opens_until)];
  const start = Number.isFinite(from) ? from : scale.from;
  const sealed = Number.isFinite(until) ? until : start;
  const end = Number.isFinite(opens) ? opens : sealed;
  const left = end - now;
  return svg`<text class="name" x="4" y=${y + 15}>${key.name.slice(0, 8)}</text><text class="phase" x="78" y=${y + 15}>${key.phase}</text>
    <rect class="opens" x=${scale.x(start)} y=${y + 5} width=${Math.max(1, scale.x(end) - scale.x(start))} height="12" rx="3" />
    <rect class="seals" x=${scale.x(start)} y=${y + 5} width=${Math.max(0, scale.x(sealed) - scale.x(start))} height="12" rx="3" />
    <title>${key.name}: ${key.phase}${left > 0 ? `, opens for ${span(left)} more` : ""}</title>`;
}
