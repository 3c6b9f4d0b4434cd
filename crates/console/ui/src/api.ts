// Deeds, done by the server: `POST /api/DEED`.

export type Deed =
  | "connect"
  | "close"
  | "renegotiate"
  | "key-update"
  | "restart"
  | "expire"
  | "revoke"
  | "rotate"
  | "renew"
  | "elsewhere"
  | "export"
  | "reveal"
  | "tour";

export interface Check {
  what: string;
  ok: boolean;
  found: string;
}

/** `tessera.console-deed/1` of a deed that was done. */
export interface Answer {
  ok: boolean;
  text?: string;
  error?: string;
  connections?: string[];
  /** export */
  pem?: string;
  command?: string;
  /** reveal */
  secrets?: { label: string; secret: string }[];
  /** tour */
  checks?: Check[];
}

/** Does it, or throws with the server's reason. */
export async function post(token: string, deed: Deed, body: object): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api/${deed}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("the console does not answer: is the process that printed its address still running?");
  }
  const answer = await read(response);
  // A step of the tour that did not come out as it should is an answer, with its checks.
  if (!response.ok || (!answer.ok && !answer.checks)) {
    throw new Error(answer.error ?? `the console answered ${response.status}`);
  }
  return answer;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return { ok: false, error: text.slice(0, 300) || `the console answered ${response.status}` };
  }
}
