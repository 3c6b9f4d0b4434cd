// What is shared and what is not: the session's facts, and the connection's own.

import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { suiteName, versionName } from "./names";
import type { Session } from "./session";
import { tile } from "./timeline/hatch";
import { bytes, clock, count, plain, span } from "./words";

type Fact = [string, unknown];

export function facts(connection: Connection | undefined, session: Session | undefined, app: App): TemplateResult {
  return html` <div class="columns ${session?.colour ?? "none"}">
      ${
        session
          ? column(`Session ${session.name}`, "shared by its connections", sessionFacts(session, app), "shared")
          : column("No session", "nothing was agreed, so nothing outlives it", [], "shared")
      }
      ${connection ? column(`Connection ${connection.name}`, "gone when it closes", connectionFacts(connection, session, app), "own") : nothing}
    </div>
    ${app.picture.webSessions === null ? nothing : webSession(app.picture.webSessions, connection)}`;
}

function webSession(logins: number, connection: Connection | undefined): TemplateResult {
  const name = connection?.row.web_session;
  const here = name ? html` The latest request here was of <code>${name.slice(0, 8)}</code>.` : nothing;
  return html`<p class="web">
    <b>Web session</b> (${count(logins, "login")}): the application's own, a cookie. It is neither of these; TLS does
    not know it.${here}
  </p>`;
}

function column(title: string, subtitle: string, rows: Fact[], kind: string): TemplateResult {
  return html`<section class=${kind}>
    <h4>${title}</h4>
    <p class="quiet">${subtitle}</p>
    <dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
}

function sessionFacts(session: Session, app: App): Fact[] {
  const { row } = session;
  const now = app.now();
  const members = app.picture.connectionsOf(session.id);
  const open = members.filter((connection) => connection.isOpen).length;
  const end: Fact = session.isLive
    ? ["expires in", Number.isNaN(session.expires) ? "not told yet" : span(session.expires - now)]
    : [plain(row.state), html`${clock(session.ended)}${row.why ? html`, ${row.why}` : nothing}`];
  return [
    ["name", row.server_name ?? "none"],
    ["version", row.version ? versionName(row.version) : "unknown"],
    ["suite", row.cipher_suite ? suiteName(row.cipher_suite) : "unknown"],
    ["proved at", html`<span title=${`${span(now - session.began)} ago`}>${clock(session.began)}</span>`],
    ...(row.peer_identity ? [["client is", row.peer_identity] as Fact] : []),
    ["connections", `${members.length}, ${open} open`],
    ["generation", row.generation],
    ["tickets", `${row.sessions.length}, ${row.sessions.filter((member) => member.uses > 0).length} used`],
    end,
  ];
}

function connectionFacts(connection: Connection, session: Session | undefined, app: App): Fact[] {
  const { row, handshake } = connection;
  const alive = span((connection.isOpen ? app.now() : connection.closed) - connection.opened);
  const rows: Fact[] = [
    ["peer", row.peer],
    ["server", `pid ${row.process}`],
    ["state", `${plain(connection.state)}, ${alive}`],
  ];
  if (handshake) {
    const keys = svg`${tile(handshake.keys_fingerprint, session?.colour ?? "none", "facts")}`;
    rows.push(
      ["keys", html`${keys} <code>${handshake.keys_fingerprint.slice(0, 8)}</code>`],
      ["exchange", handshake.group ?? "none: the session's secret"],
      ["handshakes", connection.handshakes.length],
      ["key updates", row.key_updates],
    );
  }
  // A server counts a connection's bytes when it ends, or changes its session.
  const counted = !connection.isOpen || row.bytes_in > 0;
  if (counted) rows.push(["bytes in", bytes(row.bytes_in)], ["bytes out", bytes(row.bytes_out)]);
  if (row.ending) rows.push(["ended", row.ending]);
  return rows;
}
