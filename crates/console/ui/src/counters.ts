// The counters. The pair that says it all: few secrets agreed, many keys derived from them.

import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { resumedShares } from "./shares";
import { bytes, number } from "./words";

export function counters(app: App): TemplateResult {
  const counters = app.picture.counters;
  const value = (name: string, shown: unknown, id: string) =>
    html`<div>
      <dt>${name}</dt>
      <dd data-testid=${`counter-${id}`}>${shown}</dd>
    </div>`;
  const all = (counters?.resumed ?? 0) + (counters?.full ?? 0);
  const share = counters && all ? `${Math.round((100 * counters.resumed) / all)} %` : "–";
  return html`<section class="counters" aria-label="Counters">
    <dl class="pair">
      ${value("Secrets agreed", number(counters?.secrets_agreed ?? 0), "secrets-agreed")}
      ${value("Keys derived", number(counters?.keys_derived ?? 0), "keys-derived")}
    </dl>
    <dl class="others">
      ${value("Connections open", number(counters?.open ?? 0), "open")}
      ${value("closed", number(counters?.closed ?? 0), "closed")}
      ${value("failed", number(counters?.failed ?? 0), "failed")}
      ${value("Sessions live", number(counters?.sessions_live ?? 0), "sessions-live")}
      ${value("Tickets issued", number(counters?.tickets_issued ?? 0), "tickets-issued")}
      ${app.picture.webSessions === null ? nothing : value("Web sessions", number(app.picture.webSessions), "web-sessions")}
      ${value("Traffic", html`${bytes(counters?.bytes_in ?? 0)} <small>in</small> ${bytes(counters?.bytes_out ?? 0)} <small>out</small>`, "traffic")}
      <div class="resumed">
        <dt>Resumed</dt>
        <dd><span data-testid="counter-resumed">${share}</span>${sparkline(resumedShares(app.picture, app.now()))}</dd>
      </div>
    </dl>
  </section>`;
}

const WIDTH = 88;
const HEIGHT = 22;

/** Shares between 0 and 1, oldest first; where nothing came there is nothing to draw. */
function sparkline(shares: (number | undefined)[]): TemplateResult {
  const step = WIDTH / shares.length;
  return html`<svg class="spark" width=${WIDTH} height=${HEIGHT} aria-hidden="true">
    ${shares.map((share, at) => {
      const height = share === undefined ? 1 : 2 + share * (HEIGHT - 2);
      return svg`<rect class=${share === undefined ? "none" : ""} x=${at * step} y=${HEIGHT - height} width=${step - 1} height=${height} rx="1" />`;
    })}
  </svg>`;
}
