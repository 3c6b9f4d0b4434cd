import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../src/sse";

const STREAM = ': alive\n\nid: a.1\nevent: picture\ndata: {"one":\ndata: 1}\n\nid: a.2\r\ndata: two\r\n\r\n';

test("events_are_the_same_wherever_the_stream_is_cut", () => {
  const whole = new EventParser().push(STREAM);
  assert.deepEqual(whole, [
    { id: "a.1", event: "picture", data: '{"one":\n1}' },
    { id: "a.2", event: "message", data: "two" },
  ]);
  for (let size = 1; size < STREAM.length; size++) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, whole, `in pieces of ${size}`);
  }
});

test("the_last_id_is_kept_for_the_next_connection", () => {
  const parser = new EventParser();
  parser.push("id: b.7\ndata: x\n\ndata: y\n\n");
  assert.equal(parser.lastId, "b.7");
});

test("an_event_that_was_cut_off_is_not_handed_out", () => {
  assert.deepEqual(new EventParser().push("id: c.1\ndata: half"), []);
});
