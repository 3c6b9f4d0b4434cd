// What is said to the person: the answer of a deed politely, an error until it is dismissed.

import { html, nothing, type TemplateResult } from "lit-html";
import { keyed } from "lit-html/directives/keyed.js";
import type { App, Message } from "./app";

export function messages(app: App): TemplateResult {
  const said = app.status.text ? html`<p class="status">${app.status.text}</p>` : nothing;
  return html`<div role="status" data-testid="status">${keyed(app.status.count, said)}</div>
    <div class="errors" role="alert">${app.messages.map((message) => error(message, app))}</div>
    ${refusedLink(app)}`;
}

function error({ id, text }: Message, app: App): TemplateResult {
  return html`<div class="error">
    <span>${text}</span><button aria-label="Dismiss" @click=${() => app.dismiss(id)}>×</button>
  </div>`;
}

function refusedLink(app: App): TemplateResult | typeof nothing {
  if (app.link.state !== "refused") return nothing;
  return html`<div class="notice" role="alert">
    <h2>This page has no key to the console</h2>
    <p>
      Open the address that the server printed, the part behind <code>#</code> included: it proves that whoever looks is
      who started the server.
    </p>
    <p class="quiet">The console says: ${app.link.why || "no token"}</p>
  </div>`;
}
