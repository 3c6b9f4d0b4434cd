// The guided tour: what each step is about, and where to look. What really happened, the server checks.

export interface Step {
  title: string;
  text: string;
  look: string;
}

export const STEPS: readonly Step[] = [
  {
    title: "A full handshake",
    text: "A client connects for the first time. The two ends prove who they are and agree a secret. That makes two things at once: a connection, the live channel, and a session, what they agreed.",
    look: "A thick bar begins, and under it a thin line with a full dot. Secrets agreed goes up by one.",
  },
  {
    title: "The connection closes, the session stays",
    text: "Now the client hangs up. The channel and its keys are gone for good. The session is not: the client keeps a ticket, and the server can still open it.",
    look: "The thin line ends with a stroke. The thick bar goes on.",
  },
  {
    title: "Resume: a new connection with its own keys",
    text: "The client comes back with the ticket. No certificate, no signature: the session has proved all that. The connection is a new one, and so are its keys.",
    look: "A second line under the same bar, with a ring and another hatch. Keys derived goes up, Secrets agreed does not. In the ladder, what was spared is struck out.",
  },
  {
    title: "Five connections at once",
    text: "One session serves many connections at the same time. Each gets its own ticket and its own keys; none can read another.",
    look: "Five lines begin under one bar: one colour, five hatches.",
  },
  {
    title: "The server is killed, and the session survives",
    text: "The server process is ended by SIGKILL and another one started. Every connection dies with it. The session is in the store, so the new process takes the old one's tickets.",
    look: "A dashed line: thin lines end there, the bar crosses it, and a new line begins behind it with another pid.",
  },
  {
    title: "TLS 1.2: the same connection, a new session",
    text: "The other way round: in TLS 1.2 two ends may renegotiate. The connection stays, one TCP stream, and moves to a session agreed a moment ago.",
    look: "A line under one bar steps down, marked R, to the next bar. One connection, two sessions.",
  },
  {
    title: "Revoked, with the reason",
    text: "The operator takes the session back. The ticket is still whole, and nobody takes it any more: the next client makes a full handshake and the refusal says why.",
    look: "The bar ends with a cross and its reason. Under Refusals the next attempt says why it was not resumed.",
  },
];
