// Every refusal with its reason: sessions not resumed, early data not taken, handshakes that failed.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { Grid } from "./grid";
import { sessionName } from "./names";
import { failureOf } from "./timeline/told";
import { clock, number, plain } from "./words";

interface Refused {
  connection: Connection;
  kind: string;
  code: string;
  text: string;
  instead: string;
}

export class Refusals {
  readonly #grid: Grid<Refused>;

  constructor(readonly app: App) {
    this.#grid = new Grid<Refused>(
      "Refusals, each with its reason",
      [
        { name: "connection", value: ({ connection }) => connection.name },
        {
          name: "at",
          value: ({ connection }) => connection.opened,
          show: ({ connection }) => clock(connection.opened),
        },
        { name: "refused", value: ({ kind }) => kind },
        { name: "code", value: ({ code }) => code, show: ({ code }) => html`<code>${code}</code>` },
        { name: "in words", value: ({ text }) => text },
        { name: "instead", value: ({ instead }) => instead },
      ],
      ({ connection }) => ({
        id: connection.id,
        connection: connection.id,
        lineage: connection.handshake?.lineage,
        state: connection.state,
        colour: app.picture.sessions.get(connection.handshake?.lineage ?? "")?.colour ?? "none",
        selected: app.connection?.id === connection.id,
      }),
      ({ connection }) => app.choose({ connection: connection.id }),
      () => app.changed(),
      { column: 1, descending: true },
    );
  }

  template(): TemplateResult {
    const counts = Object.entries(this.app.picture.counters?.refused ?? {}).sort((a, b) => b[1] - a[1]);
    const most = Math.max(1, ...counts.map(([, count]) => count));
    return html`<section class="refusals" aria-labelledby="refusals-title">
      <h2 id="refusals-title">Why not resumed</h2>
      <p class="quiet">
        A refusal is a reason, not an error: a full handshake follows, and the client notices nothing but the time.
      </p>
      <ul class="tally">
        ${counts.map(([code, count]) => {
          const meter = html`<meter min="0" max=${most} value=${count} aria-label=${plain(code)}></meter>`;
          return html`<li><span>${plain(code)}</span>${meter}<b>${number(count)}</b></li>`;
        })}
      </ul>
      ${this.#grid.template(refusedIn([...this.app.picture.connections.values()]))}
    </section>`;
  }
}

export function refusedIn(connections: readonly Connection[]): Refused[] {
  return connections.flatMap((connection) => {
    const { row, handshake } = connection;
    const found: Refused[] = [];
    if (row.refusal) {
      found.push({
        connection,
        kind: "session",
        code: row.refusal,
        text: row.refusal_text ?? plain(row.refusal),
        instead: handshake ? `full handshake, ${sessionName(handshake.lineage)}` : "nothing yet",
      });
    }
    const early = connection.handshakes[0]?.early_data_refusal;
    if (early)
      found.push({
        connection,
        kind: "early data",
        code: early,
        text: plain(early),
        instead: "sent behind the handshake",
      });
    if (connection.state === "failed") {
      found.push({
        connection,
        kind: "handshake",
        code: row.alert_sent ?? row.alert_received ?? "no_alert",
        text: failureOf(connection),
        instead: "no connection",
      });
    }
    return found;
  });
}
