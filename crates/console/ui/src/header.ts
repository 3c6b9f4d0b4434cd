// The head of the page: which server this is, how the page is connected to it, where else to look.

import { html, nothing, type TemplateResult } from "lit-html";
import type { App, Page } from "./app";
import { nextTheme, theme } from "./theme";
import { moment, span } from "./words";

const PAGES: { page: Page; label: string }[] = [
  { page: "picture", label: "Picture" },
  { page: "table", label: "Table" },
  { page: "operator", label: "Operator" },
  { page: "refusals", label: "Refusals" },
];

export function header(app: App, tour: { isOpen: boolean; toggle(): void }): TemplateResult {
  const current = theme();
  return html`<header class="head">
    <h1><img src="favicon.svg" alt="" width="22" height="22" /> Tessera <span>console</span></h1>
    <dl class="server">
      ${serverFacts(app).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${link(app)}
    <nav aria-label="View">
      ${PAGES.map(({ page, label }) => {
        const current = app.page === page ? "page" : nothing;
        return html`<button aria-current=${current} @click=${() => app.show(page)}>${label}</button>`;
      })}
    </nav>
    <div class="tools">
      <button class="tour-button" aria-expanded=${tour.isOpen} aria-controls="tour" @click=${tour.toggle}>
        Guided tour
      </button>
      <button
        class="icon"
        aria-label=${`Theme: ${current}`}
        title=${`Theme: ${current}`}
        @click=${() => app.say(`Theme: ${nextTheme()}`)}
      >
        ${{ auto: "◐", light: "☀", dark: "☾" }[current]}
      </button>
      <button
        class="icon"
        aria-label="Keyboard and help"
        title="Keyboard and help (?)"
        @click=${() => document.querySelector<HTMLDialogElement>("#help")?.showModal()}
      >
        ?
      </button>
    </div>
  </header>`;
}

function serverFacts(app: App): [string, string][] {
  const { picture } = app;
  const facts = picture.facts;
  if (!facts) return [];
  const server = picture.server();
  const now = app.now();
  const sealing = [...picture.keys.values()].find((key) => key.phase === "sealing");
  const rows: [string, string][] = [
    ["node", facts.node],
    ["server", server ? `pid ${server.pid}, up ${span(now - moment(server.started_at))}` : "not running"],
  ];
  if (facts.store) rows.push(["store", facts.store.replace(/^sqlite /, "")]);
  if (sealing) {
    const since = moment(sealing.seals_from);
    rows.push(["ring", `key ${sealing.name.slice(0, 4)}…${Number.isNaN(since) ? "" : `, ${span(now - since)} old`}`]);
  }
  return rows;
}

function link(app: App): TemplateResult {
  const { link } = app;
  const text = {
    connecting: "connecting",
    live: "live",
    reconnecting: "reconnecting",
    refused: "not connected",
  }[link.state];
  return html`<p class="link ${link.state}" role="status"><span class="lamp" aria-hidden="true"></span>${text}</p>`;
}
