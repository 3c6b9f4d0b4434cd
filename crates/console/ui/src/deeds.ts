// What the buttons do, what each needs first, and what becomes of the answer.

import { type Answer, type Deed, post } from "./api";
import type { App } from "./app";
import { versionName } from "./names";

/** A button: what it says, does and needs. */
export interface Action {
  deed: Deed;
  /** The console's name of what may be switched off, where that is not the deed's own. */
  gate?: string;
  label: string;
  /** Why it cannot be pressed now; nothing when it can. */
  needs(app: App): string | undefined;
  act(app: App): void | Promise<unknown>;
  danger?: boolean;
  key?: string;
}

/** Asks the server, tells the answer politely, shows an error until it is dismissed. */
export async function perform(app: App, deed: Deed, body: object): Promise<Answer | undefined> {
  app.busy.add(deed);
  app.changed();
  try {
    const answer = await post(app.token, deed, body);
    if (answer.text) app.say(answer.text);
    if (answer.secrets && "connection" in body) app.revealed.set(String(body.connection), answer.secrets);
    return answer;
  } catch (error) {
    app.complain(error instanceof Error ? error.message : String(error));
    return undefined;
  } finally {
    app.busy.delete(deed);
    app.changed();
  }
}

/** Why a button cannot be pressed: the console's reason first, then the page's own. */
export function reasonAgainst(app: App, action: Action): string | undefined {
  if (app.link.state === "refused") return "the console does not know this page";
  const gates = app.picture.facts?.deeds;
  if (!gates) return "the console has not answered yet";
  return gates[action.gate ?? action.deed] ?? action.needs(app);
}

const nothing = () => undefined;

function connect(app: App, body: { resume: boolean; count?: number; early?: boolean }): Promise<unknown> {
  // What is pressed for shall be seen: the newest connection, not what was chosen before.
  app.choose(undefined);
  return perform(app, "connect", {
    version: app.version,
    resume: body.resume,
    count: body.count ?? 1,
    early_data: body.early ?? false,
  });
}

function liveSession(app: App): string | undefined {
  if (!app.session) return "choose a session first: click a thick bar";
  return app.session.isLive ? undefined : `${app.session.name} is ${app.session.row.state} already`;
}

function ownConnection(app: App): string | undefined {
  const connection = app.connection;
  if (!connection) return "choose a connection first: click a thin line";
  if (!connection.isOpen) return `${connection.name} is closed`;
  return connection.row.by === "console"
    ? undefined
    : `${connection.name} was not opened here, so only its own client can do that`;
}

function renegotiable(app: App): string | undefined {
  const version = app.connection?.handshake?.version;
  if (version && version !== "TLSv1.2")
    return `${versionName(version)} has no renegotiation: choose a TLS 1.2 connection`;
  return ownConnection(app);
}

/** The row of buttons, by what they are about. */
export const ACTIONS: { group: string; actions: Action[] }[] = [
  {
    group: "Connections",
    actions: [
      {
        deed: "connect",
        label: "New connection",
        key: "c",
        needs: nothing,
        act: (app) => connect(app, { resume: false }),
      },
      { deed: "connect", label: "Resume", key: "r", needs: nothing, act: (app) => connect(app, { resume: true }) },
      {
        deed: "connect",
        label: "5 at once",
        key: "5",
        needs: nothing,
        act: (app) => connect(app, { resume: true, count: 5 }),
      },
      {
        deed: "connect",
        gate: "early-data",
        label: "Send 0-RTT",
        key: "0",
        needs: nothing,
        act: (app) => connect(app, { resume: true, early: true }),
      },
    ],
  },
  {
    group: "Chosen connection",
    actions: [
      {
        deed: "renegotiate",
        label: "Renegotiate",
        key: "g",
        needs: renegotiable,
        act: (app) => perform(app, "renegotiate", { connection: app.connection?.id }),
      },
      {
        deed: "key-update",
        label: "Update keys",
        key: "u",
        needs: ownConnection,
        act: (app) => perform(app, "key-update", { connection: app.connection?.id }),
      },
      {
        deed: "close",
        label: "Close",
        key: "x",
        needs: ownConnection,
        act: (app) => perform(app, "close", { connection: app.connection?.id }),
      },
      { deed: "close", label: "Close all", needs: nothing, act: (app) => perform(app, "close", { connection: null }) },
    ],
  },
  {
    group: "Chosen session",
    actions: [
      {
        deed: "expire",
        label: "Expire session",
        key: "e",
        needs: liveSession,
        act: (app) => perform(app, "expire", { lineage: app.session?.id }),
      },
      { deed: "revoke", label: "Revoke", key: "v", danger: true, needs: liveSession, act: askWhyToRevoke },
    ],
  },
  {
    group: "Server",
    actions: [
      {
        deed: "restart",
        label: "Restart server",
        key: "k",
        danger: true,
        needs: nothing,
        act: (app) => perform(app, "restart", {}),
      },
      { deed: "rotate", label: "Rotate key", key: "o", needs: nothing, act: (app) => perform(app, "rotate", {}) },
      { deed: "renew", label: "Renew certificate", key: "w", needs: nothing, act: (app) => perform(app, "renew", {}) },
    ],
  },
];

/** A revocation has a reason that whoever is refused will read, so it is asked for. */
function askWhyToRevoke(): void {
  document.querySelector<HTMLDialogElement>("#revoke")?.showModal();
}
