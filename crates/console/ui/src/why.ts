// Why resumed, or why not; and the session to take along.

import { html, nothing, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { share } from "./share";
import { why, type Reason } from "./why-checks";

export function whyPanel(connection: Connection, app: App): TemplateResult {
  const { headline, reasons } = why(connection, app.session);
  return html` <p class="headline">${headline}</p>
    <ul class="reasons">
      ${reasons.map(reasonItem)}
    </ul>
    ${app.session ? share(app.session, app) : nothing}`;
}

function reasonItem({ ok, what, detail }: Reason): TemplateResult {
  const [mark, word] = ok === undefined ? ["·", ""] : ok ? ["✓", "yes: "] : ["✗", "no: "];
  return html`<li class=${ok === undefined ? "plain" : ok ? "yes" : "no"}>
    <span class="mark" aria-hidden="true">${mark}</span>
    <span><span class="vh">${word}</span><b>${what}</b> <span class="detail">${detail}</span></span>
  </li>`;
}
