// A button that really does something. One that cannot stays in place, and says why.

import { html, nothing, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { type Action, reasonAgainst } from "./deeds";

export function deedButton(app: App, action: Action): TemplateResult {
  const reason = reasonAgainst(app, action);
  const id = `why-${action.label.replace(/\W+/g, "-").toLowerCase()}`;
  const press = () => {
    // Disabled buttons take no focus, and then nobody could hear the reason.
    if (reason) app.say(`${action.label}: ${reason}`);
    else void action.act(app);
  };
  return html`<span class="deed">
    <button
      class=${action.danger ? "danger" : ""}
      aria-disabled=${reason ? "true" : nothing}
      aria-describedby=${reason ? id : nothing}
      aria-keyshortcuts=${action.key ?? nothing}
      data-busy=${app.busy.has(action.deed) ? "" : nothing}
      @click=${press}
    >
      ${action.label}
    </button>
    ${reason ? html`<span class="reason" id=${id} role="tooltip">${reason}</span>` : nothing}
  </span>`;
}
