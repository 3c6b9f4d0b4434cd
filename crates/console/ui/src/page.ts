// The page as a whole.

import { html, nothing, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { counters } from "./counters";
import { dialogs } from "./dialogs";
import { header } from "./header";
import { inspector } from "./inspector";
import { messages } from "./messages";
import { operator } from "./operator";
import type { Refusals } from "./refusals";
import type { Tables } from "./table";
import { ZOOMS } from "./timeline/zoom";
import type { Tour } from "./tour";
import { tryBar } from "./trybar";

export interface Parts {
  tour: Tour;
  tables: Tables;
  refusals: Refusals;
}

export function page(app: App, { tour, tables, refusals }: Parts): TemplateResult {
  return html`<div class="page ${tour.isOpen ? "with-tour" : ""} on-${app.page}">
    <a class="skip" href="#main">To the picture</a>
    ${header(app, tour)} ${counters(app)}
    <main id="main" tabindex="-1">
      <section class="picture" aria-labelledby="picture-title" ?hidden=${app.page !== "picture"}>
        ${pictureHead(app)}
        <div id="timeline" class="timeline"></div>
      </section>
      ${app.page === "table" ? tables.template() : nothing} ${app.page === "operator" ? operator(app) : nothing}
      ${app.page === "refusals" ? refusals.template() : nothing} ${app.page === "operator" ? nothing : inspector(app)}
    </main>
    ${tour.template()} ${tryBar(app)}
    <div class="said">${messages(app)}</div>
    ${dialogs(app)}
  </div>`;
}

function pictureHead(app: App): TemplateResult {
  return html`<div class="picture-head">
    <h2 id="picture-title">
      Sessions <span class="quiet">thick bars: live as long as the secret lives.</span> Connections
      <span class="quiet">thin lines: live as long as the channel.</span>
    </h2>
    <div class="zoom" role="group" aria-label="Time shown">
      ${ZOOMS.map((zoom) => {
        const isChosen = app.view.isChosen && app.view.zoom === zoom;
        const choose = () => (app.view.choose(zoom), app.changed());
        return html`<button aria-pressed=${isChosen} @click=${choose}>${zoom}</button>`;
      })}
      <button class="follow" aria-pressed=${app.view.follows} @click=${() => (app.view.follow(), app.changed())}>
        follow now
      </button>
    </div>
  </div>`;
}
