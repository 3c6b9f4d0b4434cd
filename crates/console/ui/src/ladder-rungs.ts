// The handshake as rungs between client and server: what was said, and what a resumption spared.

import type { MessageRow } from "./document";

export interface Rung {
  name: string;
  /** By the server. */
  sent: boolean;
  /** Unknown of a skipped message when no full handshake of the session was seen. */
  bytes: number | undefined;
  skipped: boolean;
  /** Came behind the handshake: tickets, key updates. */
  after: boolean;
}

interface Expected {
  sent: boolean;
  name: string;
}

const server = (name: string): Expected => ({ sent: true, name });
const client = (name: string): Expected => ({ sent: false, name });

/** What a full handshake always says: RFC 9846 §2, and RFC 5246 §7.3 with ephemeral keys. */
const FULL: Record<string, Expected[]> = {
  "TLSv1.3": [
    client("client_hello"),
    server("server_hello"),
    server("encrypted_extensions"),
    server("certificate"),
    server("certificate_verify"),
    server("finished"),
    client("finished"),
  ],
  "TLSv1.2": [
    client("client_hello"),
    server("server_hello"),
    server("certificate"),
    server("server_key_exchange"),
    server("server_hello_done"),
    client("client_key_exchange"),
    client("finished"),
    server("finished"),
  ],
};

/**
 * The messages in their order, and between them, where a full handshake would have them, those that
 * were spared. `full` is what the session's full handshake said, where that was seen: it knows sizes.
 */
export function rungs(messages: MessageRow[], version: string, resumed: boolean, full: MessageRow[]): Rung[] {
  const said = saidRungs(messages);
  const expected = FULL[version];
  if (!resumed || !expected || said.length === 0) return said;
  // With client authentication a resumption spares more than the bare list says.
  const seen: Expected[] = full.length ? full.filter((message) => FULL_ONLY.has(message.name)) : [];
  let place = 0;
  for (const message of merged(expected, seen)) {
    const at = said.findIndex((rung) => !rung.skipped && rung.name === message.name && rung.sent === message.sent);
    if (at >= 0) {
      place = Math.max(place, at + 1);
      continue;
    }
    const bytes = full.find((row) => row.name === message.name && row.sent === message.sent)?.bytes;
    said.splice(place, 0, { ...message, bytes, skipped: true, after: false });
    place += 1;
  }
  return said;
}

/** Messages that only a full handshake has; of the others a resumption may have fewer for other reasons. */
const FULL_ONLY = new Set([
  "certificate_request",
  "certificate",
  "certificate_status",
  "certificate_verify",
  "server_key_exchange",
  "server_hello_done",
  "client_key_exchange",
]);

function merged(expected: Expected[], seen: Expected[]): Expected[] {
  const isKnown = (message: Expected) => expected.some((row) => row.name === message.name && row.sent === message.sent);
  const extra = seen.filter((message) => !isKnown(message));
  if (extra.length === 0) return expected;
  const request = extra.filter((message) => message.sent);
  const answer = extra.filter((message) => !message.sent);
  const certificate = expected.findIndex((message) => message.name === "certificate");
  const finished = expected.findIndex((message) => !message.sent && message.name === "finished");
  return [
    ...expected.slice(0, certificate),
    ...request,
    ...expected.slice(certificate, finished),
    ...answer,
    ...expected.slice(finished),
  ];
}

function saidRungs(messages: MessageRow[]): Rung[] {
  const finished = new Set<boolean>();
  return messages.map((message) => {
    const after = finished.size === 2;
    if (message.name === "finished") finished.add(message.sent);
    return { ...message, skipped: false, after };
  });
}

/** Bytes of the messages that were spared; undefined when some of their sizes are not known. */
export function sparedBytes(all: Rung[]): number | undefined {
  let sum = 0;
  for (const rung of all) {
    if (!rung.skipped) continue;
    if (rung.bytes === undefined) return undefined;
    sum += rung.bytes;
  }
  return sum;
}

/** Round trips before the client may send: RFC 9846 §2, RFC 5246 §7.3. */
export function roundTrips(version: string, resumed: boolean, early: boolean, retried: boolean): string {
  if (early) return "0 RTT for the first data";
  const trips = (version === "TLSv1.2" && !resumed ? 2 : 1) + (retried ? 1 : 0);
  return `${trips} RTT`;
}
