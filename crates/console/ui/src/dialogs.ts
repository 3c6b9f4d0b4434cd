// Dialogs: the keyboard, and the reason of a revocation.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { ACTIONS, perform } from "./deeds";
import { areOn, setOn } from "./keyboard";

const KEYS: [string, string][] = [
  ["↑ ↓", "in the picture: the row above, below"],
  ["→ ←", "in the picture: unfold, fold a session"],
  ["[ ]", "back and forth in time"],
  ["+ −", "closer, further"],
  ["n", "back to now, and follow it"],
  ["1 2 3 4", "picture, table, operator, refusals"],
  ["t", "the guided tour"],
  ["?", "this help"],
];

export function dialogs(app: App): TemplateResult {
  return html`${help()}${revoke(app)}`;
}

function help(): TemplateResult {
  const deeds = ACTIONS.flatMap(({ actions }) => actions).flatMap(({ key, label }): [string, string][] =>
    key ? [[key, label]] : [],
  );
  return html`<dialog id="help" aria-labelledby="help-title">
    <form method="dialog">
      <h2 id="help-title">How to read this, and the keyboard</h2>
      <ul class="legend">
        <li>
          <svg width="64" height="18" aria-hidden="true">
            <rect class="bar c0" y="2" width="64" height="14" rx="3" /></svg
          ><span
            >a thick bar is a <b>session</b>: a secret, who proved what, names and times. It goes on when connections
            end, also when the server is killed.</span
          >
        </li>
        <li>
          <svg width="64" height="18" aria-hidden="true">
            <rect class="thin c0" y="6" width="52" height="6" rx="2" />
            <path class="tip c0" d="M52 3l8 6l-8 6z" /></svg
          ><span
            >a thin line is a <b>connection</b>: a live channel with keys of its own. Its colour is its session's, its
            hatch is its keys'.</span
          >
        </li>
        <li>
          <svg width="64" height="18" aria-hidden="true"><path class="restart-pole" d="M32 0V18" /></svg
          ><span>a dashed line is a <b>restart</b> of the server: bars cross it, lines do not.</span>
        </li>
        <li>
          <span class="dots" aria-hidden="true">● ○ R</span
          ><span
            >begun with a full handshake; resumed; renegotiated: the same connection moves to another session.</span
          >
        </li>
      </ul>
      <dl class="shortcuts">
        ${[...KEYS, ...deeds].map(
          ([key, what]) =>
            html`<div>
              <dt><kbd>${key}</kbd></dt>
              <dd>${what}</dd>
            </div>`,
        )}
      </dl>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${areOn()}
          @change=${(event: Event) => setOn((event.target as HTMLInputElement).checked)}
        />
        single keys do things</label
      >
      <p class="end"><button>Close help</button></p>
    </form>
  </dialog>`;
}

function revoke(app: App): TemplateResult {
  const submit = (event: SubmitEvent) => {
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    if ((event.submitter as HTMLButtonElement | null)?.value !== "revoke" || !app.session) return;
    void perform(app, "revoke", {
      lineage: app.session.id,
      why: String(data.get("why") ?? "").trim() || "revoked in the console",
      close: data.get("close") !== null,
    });
  };
  return html`<dialog id="revoke" aria-labelledby="revoke-title">
    <form method="dialog" @submit=${submit}>
      <h2 id="revoke-title">Revoke ${app.session?.name ?? "the session"}</h2>
      <p>
        No ticket of it will be taken again, by any process on this store. Whoever comes back makes a full handshake and
        is refused with this reason.
      </p>
      <label class="field"
        >Why <input name="why" value="revoked in the console" maxlength="200" autocomplete="off"
      /></label>
      <label class="check"><input type="checkbox" name="close" /> also close its open connections</label>
      <p class="end">
        <button value="cancel" formnovalidate>Cancel</button>
        <button class="danger" value="revoke">Revoke session</button>
      </p>
    </form>
  </dialog>`;
}
