// The ladder on the page: client on the left, server on the right.

import { html, nothing, type TemplateResult } from "lit-html";
import type { Connection } from "./connection";
import type { MessageRow } from "./document";
import { type Rung, roundTrips, rungs, sparedBytes } from "./ladder-rungs";
import { messageName } from "./names";
import type { Picture } from "./state";
import { bytes, count, micros } from "./words";

export function ladder(connection: Connection, picture: Picture): TemplateResult {
  const handshake = connection.handshake;
  if (connection.messages.length === 0) return html`<p class="quiet">This connection's messages were not traced.</p>`;
  const full = handshake?.resumed ? fullHandshake(connection, picture) : undefined;
  const all = rungs(connection.messages, handshake?.version ?? "", handshake?.resumed ?? false, full?.messages ?? []);
  return html` ${handshake ? summary(connection, all, full) : html`<p class="sum">The handshake is not complete.</p>`}
    <div class="ladder-head" aria-hidden="true"><span>client</span><span>server</span></div>
    <ol class="ladder">
      ${all.map((rung, at) => rungItem(rung, rung.after && !all[at - 1]?.after))}
    </ol>`;
}

/** The full handshake its session began with. */
interface Full {
  messages: MessageRow[];
  micros: number;
}

function fullHandshake(connection: Connection, picture: Picture): Full | undefined {
  const lineage = connection.handshake?.lineage ?? "";
  for (const other of picture.connectionsOf(lineage)) {
    const found = other.handshakes.find((handshake) => handshake.lineage === lineage && !handshake.resumed);
    if (found?.messages?.length) return { messages: found.messages, micros: found.handshake_us };
  }
  return undefined;
}

function summary(connection: Connection, all: Rung[], full: Full | undefined): TemplateResult {
  const handshake = connection.handshake;
  if (!handshake) return html``;
  const certificates = all.filter((rung) => rung.name === "certificate" && !rung.skipped).length;
  const signatures = all.filter(
    (rung) => ["certificate_verify", "server_key_exchange"].includes(rung.name) && !rung.skipped,
  ).length;
  const early = handshake.early_data === "accepted";
  const spared = handshake.resumed ? sparedBytes(all) : undefined;
  return html`<p class="sum">
    <b>${roundTrips(handshake.version, handshake.resumed, early, connection.row.retried)}</b>
    · ${count(certificates, "certificate")} · ${count(signatures, "signature")} · ${micros(handshake.handshake_us)}
    ${
      spared || full
        ? html`<span class="saved"
            >${spared ? html`spared: <b>${bytes(spared)}</b>` : nothing}${full ? html`${spared ? "; " : ""}the full handshake took ${micros(full.micros)}` : nothing}</span
          >`
        : nothing
    }
  </p>`;
}

function rungItem(rung: Rung, first: boolean): TemplateResult {
  const from = rung.sent ? "server" : "client";
  const name = messageName(rung.name);
  return html`<li
    class="rung from-${from} ${rung.skipped ? "skipped" : ""} ${rung.after ? "after" : ""} ${first ? "first-after" : ""}"
  >
    <span class="vh">${from}: </span>
    <span class="what">${rung.skipped ? html`<s>${name}</s><span class="vh"> not needed</span>` : name}</span>
    <span class="size">${rung.bytes === undefined ? "" : `${rung.skipped ? "−" : ""}${bytes(rung.bytes)}`}</span>
  </li>`;
}
