import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { follow, type Link } from "../src/stream";

/** Answers each request with the next of these, and keeps what was asked. */
function answering(t: { after(done: () => void): void }, answers: (() => Response)[]): Headers[] {
  const asked: Headers[] = [];
  const fetched = mock.method(globalThis, "fetch", async (_: unknown, init: RequestInit) => {
    asked.push(new Headers(init.headers));
    const answer = answers.shift();
    if (!answer) throw new TypeError("nobody listens");
    return answer();
  });
  t.after(() => fetched.mock.restore());
  return asked;
}

const event = (id: string, sequence: number) => `id: ${id}\nevent: picture\ndata: {"sequence":${sequence}}\n\n`;
const refused = () => new Response("another token", { status: 401 });

test("a_stream_that_broke_off_goes_on_after_the_last_event", async (t) => {
  const asked = answering(t, [
    () => new Response(event("a.1", 1) + event("a.2", 2)),
    () => {
      throw new TypeError("the console is being started");
    },
    () => new Response(event("a.3", 3)),
    refused,
  ]);
  const sequences: number[] = [];
  const links: Link["state"][] = [];
  await follow("t0ken", {
    picture: (document) => void sequences.push(document.sequence),
    link: (link) => void links.push(link.state),
  });
  assert.deepEqual(sequences, [1, 2, 3]);
  assert.deepEqual(
    asked.map((headers) => headers.get("Last-Event-ID")),
    [null, "a.2", "a.2", "a.3"],
  );
  assert.ok(asked.every((headers) => headers.get("Authorization") === "Bearer t0ken"));
  assert.deepEqual(links, ["connecting", "live", "reconnecting", "reconnecting", "live", "reconnecting", "refused"]);
});

test("a_console_that_does_not_know_the_token_is_asked_once", async (t) => {
  const asked = answering(t, [refused]);
  let last: Link | undefined;
  await follow("wrong", { picture: () => assert.fail("nothing is told"), link: (link) => (last = link) });
  assert.equal(asked.length, 1);
  assert.deepEqual(last, { state: "refused", why: "another token" });
});
