// The same data as tables: for screen readers, for sorting, for finding one among many.

import { html, type TemplateResult } from "lit-html";
import type { App } from "./app";
import type { Connection } from "./connection";
import { Grid } from "./grid";
import { sessionName, suiteName, versionName } from "./names";
import type { Session } from "./session";
import { bytes, clock, micros, plain, span } from "./words";

export class Tables {
  readonly #sessions: Grid<Session>;
  readonly #connections: Grid<Connection>;

  constructor(readonly app: App) {
    const changed = () => app.changed();
    this.#sessions = new Grid<Session>(
      "Sessions",
      sessionColumns(app),
      (session) => sessionMarks(session, app),
      (session) => app.choose({ lineage: session.id }),
      changed,
      { column: 4, descending: true },
    );
    this.#connections = new Grid<Connection>(
      "Connections",
      connectionColumns(app),
      (connection) => connectionMarks(connection, app),
      (connection) => app.choose({ connection: connection.id }),
      changed,
      { column: 4, descending: true },
    );
  }

  template(): TemplateResult {
    const { sessions, connections } = this.app.picture;
    return html`<section class="tables" aria-labelledby="tables-title">
      <h2 id="tables-title" class="vh">Sessions and connections</h2>
      ${this.#sessions.template([...sessions.values()])} ${this.#connections.template([...connections.values()])}
    </section>`;
  }
}

function sessionColumns(app: App) {
  const { picture } = app;
  const members = (session: Session) => picture.connectionsOf(session.id);
  return [
    { name: "session", value: (session: Session) => session.name },
    { name: "name", value: (session: Session) => session.row.server_name ?? "" },
    { name: "protocol", value: (session: Session) => session.protocol },
    {
      name: "state",
      value: (session: Session) => session.row.state,
      show: (session: Session) => plain(session.row.state),
    },
    { name: "proved at", value: (session: Session) => session.began, show: (session: Session) => clock(session.began) },
    {
      name: "ends",
      value: (session: Session) => Math.min(session.ended, session.expires) || undefined,
      show: (session: Session) => endOf(session, app.now()),
    },
    { name: "connections", isNumber: true, value: (session: Session) => members(session).length },
    {
      name: "open",
      isNumber: true,
      value: (session: Session) => members(session).filter((connection) => connection.isOpen).length,
    },
    { name: "generation", isNumber: true, value: (session: Session) => session.row.generation },
    { name: "why it ended", value: (session: Session) => session.row.why ?? "" },
  ];
}

function endOf(session: Session, now: number): string {
  if (!session.isLive) return clock(session.ended);
  return Number.isNaN(session.expires) ? "" : `in ${span(session.expires - now)}`;
}

function sessionMarks(session: Session, app: App) {
  return {
    id: session.id,
    lineage: session.id,
    state: session.row.state,
    colour: session.colour,
    selected: !app.connection && app.session?.id === session.id,
  };
}

function connectionColumns(app: App) {
  return [
    { name: "connection", value: (connection: Connection) => connection.name },
    {
      name: "session",
      value: (connection: Connection) => (connection.handshake ? sessionName(connection.handshake.lineage) : undefined),
      show: (connection: Connection) => (connection.handshake ? sessionName(connection.handshake.lineage) : "none"),
    },
    { name: "how", value: (connection: Connection) => connection.how },
    {
      name: "state",
      value: (connection: Connection) => connection.state,
      show: (connection: Connection) => plain(connection.state),
    },
    {
      name: "opened at",
      value: (connection: Connection) => connection.opened,
      show: (connection: Connection) => clock(connection.opened),
    },
    {
      name: "lived",
      isNumber: true,
      value: (connection: Connection) => Math.min(connection.closed, app.now()) - connection.opened,
      show: (connection: Connection) => span(Math.min(connection.closed, app.now()) - connection.opened),
    },
    {
      name: "server pid",
      isNumber: true,
      value: (connection: Connection) => connection.row.process,
      show: (connection: Connection) => String(connection.row.process),
    },
    {
      name: "protocol",
      value: (connection: Connection) =>
        connection.handshake
          ? `${versionName(connection.handshake.version)} ${suiteName(connection.handshake.cipher_suite)}`
          : "",
    },
    {
      name: "handshake",
      isNumber: true,
      value: (connection: Connection) => connection.handshake?.handshake_us,
      show: (connection: Connection) => (connection.handshake ? micros(connection.handshake.handshake_us) : ""),
    },
    {
      name: "bytes",
      isNumber: true,
      value: (connection: Connection) => connection.row.bytes_in + connection.row.bytes_out,
      show: (connection: Connection) => bytes(connection.row.bytes_in + connection.row.bytes_out),
    },
    {
      name: "refusal or ending",
      value: (connection: Connection) => connection.row.refusal_text ?? connection.row.ending ?? "",
    },
  ];
}

function connectionMarks(connection: Connection, app: App) {
  const lineage = connection.handshake?.lineage;
  return {
    id: connection.id,
    lineage,
    connection: connection.id,
    state: connection.state,
    colour: lineage ? app.picture.sessions.get(lineage)?.colour : "none",
    selected: app.connection?.id === connection.id,
  };
}
