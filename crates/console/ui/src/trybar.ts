// Try it: every button of the console, in a row.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { deedButton } from "./button";
import { ACTIONS } from "./deeds";

const VERSIONS = [
  [null, "any"],
  ["1.3", "1.3"],
  ["1.2", "1.2"],
] as const;

export function tryBar(app: App): TemplateResult {
  return html`<section class="try" aria-labelledby="try-title">
    <div class="groups">
      <fieldset class="versions">
        <legend>
          <h2 id="try-title">Try it</h2>
          <span>with TLS</span>
        </legend>
        ${VERSIONS.map(([version, label]) => {
          const choose = () => ((app.version = version), app.changed());
          const isChosen = app.version === version;
          return html`<label
            ><input type="radio" name="version" .checked=${isChosen} @change=${choose} /><span>${label}</span></label
          >`;
        })}
      </fieldset>
      ${ACTIONS.map(
        ({ group, actions }) =>
          html`<div class="group" role="group" aria-label=${group}>
            <span class="group-name" aria-hidden="true">${nameOf(group, app)}</span>
            <div class="buttons">${actions.map((action) => deedButton(app, action))}</div>
          </div>`,
      )}
    </div>
  </section>`;
}

/** A group that acts on what is chosen says on what. */
function nameOf(group: string, app: App): string {
  if (group === "Chosen connection") return app.connection?.name ?? "Connection";
  if (group === "Chosen session") return app.session?.name ?? "Session";
  return group;
}
