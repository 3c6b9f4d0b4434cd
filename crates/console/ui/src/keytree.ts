// The key tree on the page: fingerprints, and secrets only where the server was told to teach.

import { html, nothing, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { perform } from "./deeds";
import { type KeyNode, keyName, keySentence, keyTree } from "./keytree-nodes";
import { connectionName } from "./names";
import { tile } from "./timeline/hatch";

/** The sentence that is shown now; hovering and focus change it. */
let told = "";
let toldFor = "";

export function keytree(connection: Connection, app: App): TemplateResult {
  const roots = keyTree(connection.derived, connection.id, app.picture);
  if (roots.length === 0) return html`<p class="quiet">This connection's key schedule was not traced.</p>`;
  const colour = app.session?.colour ?? "none";
  const tell = (node: KeyNode) => () => {
    told = keySentence(node, connection.id);
    toldFor = connection.id;
    app.changed();
  };
  const hint = "Hover over a key, or step to it, to read whose it is.";
  return html` <ul class="keys">
      ${roots.map((node) => keyItem(node, colour, tell))}
    </ul>
    <p class="told" aria-live="polite">${toldFor === connection.id ? told : hint}</p>
    ${app.picture.facts?.learn ? reveal(connection, app) : nothing}`;
}

function keyItem(node: KeyNode, colour: string, tell: (node: KeyNode) => () => void): TemplateResult {
  const isShared = node.shared.length > 0;
  return html`<li>
    <button class="key ${isShared ? "shared" : ""}" @mouseenter=${tell(node)} @focus=${tell(node)} @click=${tell(node)}>
      ${tile(node.fingerprint, isShared ? colour : "own", node.what)}
      <span class="what">${keyName(node.what)}</span>
      <code>${node.fingerprint.slice(0, 8)}</code>
      <span class="whose">${isShared ? `shared with ${connectionName(node.shared[0]?.connection ?? "")}` : "own"}</span>
    </button>
    ${
      node.children.length
        ? html`<ul>
            ${node.children.map((child) => keyItem(child, colour, tell))}
          </ul>`
        : nothing
    }
  </li>`;
}

function reveal(connection: Connection, app: App): TemplateResult {
  const secrets = app.revealed.get(connection.id);
  if (!secrets) {
    return html`<button class="danger" @click=${() => void perform(app, "reveal", { connection: connection.id })}>
      Reveal secrets
    </button>`;
  }
  return html`<div class="revealed" role="group" aria-label="Secrets of this connection">
    <p>
      <strong>Whoever has these reads this connection.</strong> They are shown because the server was started with
      <code>--learn</code>.
    </p>
    <dl>
      ${secrets.map(
        ({ label, secret }) =>
          html`<dt>${label}</dt>
            <dd><code>${secret}</code></dd>`,
      )}
    </dl>
    <button @click=${() => (app.revealed.delete(connection.id), app.changed())}>Hide secrets</button>
  </div>`;
}
