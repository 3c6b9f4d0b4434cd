// The chosen connection, opened up.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { facts } from "./facts";
import { keytree } from "./keytree";
import { ladder } from "./ladder";
import { share } from "./share";
import { whyPanel } from "./why";

export function inspector(app: App): TemplateResult {
  const { connection, session } = app;
  if (!connection && !session) {
    return html`<section class="inspector empty" aria-labelledby="selected-title">
      <h2 id="selected-title">Nothing chosen</h2>
      <p class="quiet">
        Connections appear here as they come. A thin line is a connection, a live channel; a thick bar is a session,
        what outlives it.
      </p>
    </section>`;
  }
  const title = connection
    ? `${connection.name} ${connection.how}${session ? ` ${connection.handshake?.resumed ? "from" : "on"} ${session.name}` : ""}`
    : session?.name;
  return html`<section class="inspector ${session?.colour ?? "none"}" aria-labelledby="selected-title">
    <div class="inspector-head">
      <h2 id="selected-title"><span class="swatch" aria-hidden="true"></span>${title}</h2>
      ${
        app.chosen || !app.follows
          ? html`<button class="quiet" @click=${() => app.choose(undefined)}>Follow the newest</button>`
          : html`<span class="quiet">the newest; click a line or a bar to choose</span>`
      }
    </div>
    <div class="panels">
      ${panel("facts", "What is shared, what is not", facts(connection, session, app))}
      ${
        connection
          ? [
              panel("ladder-panel", "Handshake", ladder(connection, app.picture)),
              panel("tree", "Keys, and whose they are", keytree(connection, app)),
              panel("why", whyTitle(connection), whyPanel(connection, app)),
            ]
          : session
            ? panel("why", "Take it along", share(session, app))
            : null
      }
    </div>
  </section>`;
}

function whyTitle(connection: Connection): string {
  if (connection.handshake?.resumed) return "Why resumed";
  if (connection.row.refusal) return "Why not resumed";
  return connection.state === "failed" ? "Why it failed" : "Why a full handshake";
}

/** A panel scrolls by itself, so keys must be able to reach it. */
function panel(id: string, title: string, content: TemplateResult): TemplateResult {
  return html`<section class="panel ${id}" aria-labelledby=${`${id}-title`}>
    <h3 id=${`${id}-title`}>${title}</h3>
    <div class="panel-body" tabindex="0" role="group" aria-labelledby=${`${id}-title`}>${content}</div>
  </section>`;
}
