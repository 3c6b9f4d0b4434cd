// The key schedule of one connection as a tree, and what can be said of each secret in it.

import { connectionName } from "./names";
import type { DerivedRow } from "./document";
import type { Picture } from "./state";

export interface KeyNode {
  what: string;
  fingerprint: string;
  /** Other connections that have the very same secret, as they know it. */
  shared: { connection: string; what: string }[];
  children: KeyNode[];
}

export function keyTree(derived: DerivedRow[], connection: string, picture: Picture): KeyNode[] {
  const roots: KeyNode[] = [];
  const byName = new Map<string, KeyNode>();
  for (const row of derived) {
    const shared = picture.holders(row.fingerprint).filter((holder) => holder.connection !== connection);
    const node: KeyNode = { what: row.what, fingerprint: row.fingerprint, shared, children: [] };
    const parent = row.from ? byName.get(row.from) : undefined;
    (parent?.children ?? roots).push(node);
    byName.set(row.what, node);
  }
  return roots;
}

/** What each is for; the RFC's names in plain words (RFC 9846 §7.1, RFC 5246 §8.1). */
const PURPOSE: Record<string, string> = {
  psk: "the session's secret: what the ticket brought back",
  early: "starts the key schedule",
  client_early_traffic: "seals 0-RTT data, before the server has answered",
  shared: "the key exchange of this handshake, fresh on both sides",
  handshake: "mixes in this handshake's own key exchange",
  client_handshake_traffic: "seals what the client says in the handshake",
  server_handshake_traffic: "seals what the server says in the handshake",
  main: "the last of the chain; all that follows comes from it",
  client_traffic: "seals the client's data",
  server_traffic: "seals the server's data",
  exporter: "keys for other protocols are made from it",
  resumption: "tickets of this connection get their secrets from it",
  ticket_psk: "the secret of a ticket issued here: a later connection takes it up",
  premaster: "the key exchange of the full handshake",
  key_block: "cut into the keys of both directions",
};

export function keyName(what: string): string {
  // The RFC's (EC)DHE input; "shared" would be read as shared with somebody else.
  if (what === "shared") return "key exchange";
  return what.replaceAll("_", " ");
}

export function purpose(what: string): string {
  const updated = /^(client|server)_traffic_(\d+)$/.exec(what);
  if (updated) return `the ${updated[1]}'s key after update ${updated[2]}`;
  return PURPOSE[what] ?? "derived in this handshake";
}

/** The sentence that hovering tells. */
export function keySentence(node: KeyNode, connection: string): string {
  const about = `${keyName(node.what)}: ${purpose(node.what)}.`;
  if (node.shared.length === 0)
    return `${about} Made for ${connectionName(connection)} alone; no other connection has it.`;
  const others = node.shared.slice(0, 3).map((holder) => {
    return `${connectionName(holder.connection)}${holder.what === node.what ? "" : ` (as its ${keyName(holder.what)})`}`;
  });
  const more = node.shared.length > 3 ? ` and ${node.shared.length - 3} more` : "";
  return `${about} Shared: ${others.join(", ")}${more} ${node.shared.length === 1 ? "has" : "have"} the same one.`;
}
