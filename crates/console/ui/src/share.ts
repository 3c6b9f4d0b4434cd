// The session taken out of this process: as a file, as a command, into another process.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import { deedButton } from "./button";
import { perform } from "./deeds";
import type { Session } from "./session";

export function share(session: Session, app: App): TemplateResult {
  return html`<div class="share" role="group" aria-label=${`Take ${session.name} elsewhere`}>
    ${deedButton(app, { deed: "export", label: "Copy openssl command", needs: () => undefined, act: () => copyCommand(session, app) })}
    ${deedButton(app, { deed: "export", label: "Download .pem", needs: () => undefined, act: () => download(session, app) })}
    ${deedButton(app, {
      deed: "elsewhere",
      label: "Open in another process",
      needs: () => undefined,
      act: () => perform(app, "elsewhere", { version: null }),
    })}
  </div>`;
}

async function copyCommand(session: Session, app: App): Promise<void> {
  const answer = await perform(app, "export", { lineage: session.id });
  if (!answer?.command) return;
  try {
    await navigator.clipboard.writeText(answer.command);
    app.say(`Copied: ${answer.command}`);
  } catch {
    app.say(`Copy it by hand: ${answer.command}`);
  }
}

async function download(session: Session, app: App): Promise<void> {
  const answer = await perform(app, "export", { lineage: session.id });
  if (!answer?.pem) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([answer.pem], { type: "application/x-pem-file" }));
  link.download = `${session.name}.pem`;
  link.click();
  URL.revokeObjectURL(link.href);
}
