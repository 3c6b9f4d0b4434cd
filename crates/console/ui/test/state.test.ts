import assert from "node:assert/strict";
import { test } from "node:test";
import { Picture } from "../src/state";
import { at, connection, document, handshake, lineage, START } from "./rows";

test("a_row_replaces_the_one_with_its_id", () => {
  const picture = new Picture();
  picture.merge(document({ lineages: [lineage({})], connections: [connection({}, handshake({}))] }), START);
  picture.merge(document({ connections: [connection({ closed_at: at(9) }, handshake({}))] }), START);
  assert.equal(picture.connections.size, 1);
  assert.equal(picture.connections.get("c0ffee")?.state, "closed");
  assert.equal(picture.connectionsOf("11aa").length, 1);
});

test("everything_forgets_what_was_known", () => {
  const picture = new Picture();
  picture.merge(document({ lineages: [lineage({})], connections: [connection({}, handshake({}))] }), START);
  picture.merge(document({ everything: true, lineages: [lineage({ id: "22bb" })] }), START);
  assert.deepEqual([...picture.sessions.keys()], ["22bb"]);
  assert.equal(picture.connections.size, 0);
  assert.equal(picture.connectionsOf("11aa").length, 0);
});

test("an_absent_array_changes_nothing_and_gone_rows_go", () => {
  const picture = new Picture();
  picture.merge(
    document({ lineages: [lineage({})], connections: [connection({}, handshake({}))], web_sessions: 2 }),
    START,
  );
  picture.merge(document({ sequence: 2 }), START);
  assert.equal(picture.connections.size, 1);
  assert.equal(picture.webSessions, 2);
  picture.merge(document({ gone: { connections: ["c0ffee"], lineages: ["11aa"] } }), START);
  assert.equal(picture.connections.size + picture.sessions.size, 0);
  assert.equal(picture.connectionsOf("11aa").length, 0);
});

test("a_secret_two_connections_have_is_known_to_be_shared_until_one_of_them_goes", () => {
  const picture = new Picture();
  const psk = (id: string, what: string) =>
    connection({ id }, handshake({ derived: [{ what, from: null, fingerprint: "f00d" }] }));
  picture.merge(document({ connections: [psk("a", "ticket_psk"), psk("b", "psk")] }), START);
  assert.deepEqual(
    picture.holders("f00d").map((holder) => holder.connection),
    ["a", "b"],
  );
  // The same row again is still one holder.
  picture.merge(document({ connections: [psk("b", "psk")] }), START);
  assert.equal(picture.holders("f00d").length, 2);
  picture.merge(document({ gone: { connections: ["a"] } }), START);
  assert.deepEqual(picture.holders("f00d"), [{ connection: "b", what: "psk" }]);
});

test("a_renegotiated_connection_belongs_to_both_sessions", () => {
  const picture = new Picture();
  const row = connection(
    { earlier: [handshake({ lineage: "11aa" })] },
    handshake({ lineage: "22bb", kind: "renegotiated", epoch: 1 }),
  );
  picture.merge(document({ connections: [row] }), START);
  assert.equal(picture.connectionsOf("11aa").length, 1);
  assert.equal(picture.connectionsOf("22bb").length, 1);
});

test("a_session_keeps_its_colour_when_its_row_changes", () => {
  const picture = new Picture();
  picture.merge(document({ lineages: [lineage({}), lineage({ id: "22bb" })] }), START);
  const before = picture.sessions.get("22bb")?.colour;
  picture.merge(document({ lineages: [lineage({ id: "22bb", state: "revoked", ended_at: at(5) })] }), START);
  assert.equal(picture.sessions.get("22bb")?.colour, before);
  assert.notEqual(before, picture.sessions.get("11aa")?.colour);
  assert.equal(picture.sessions.get("22bb")?.isLive, false);
});

test("the_console_s_clock_is_the_one_that_counts", () => {
  const picture = new Picture();
  // This machine is an hour ahead; the second document was a second on its way, the first was not.
  picture.merge(document({ at: at(0) }), START + 3_600_000);
  picture.merge(document({ at: at(10) }), START + 3_611_000);
  assert.equal(picture.now(START + 3_620_000), START + 20_000);
});

test("keys_processes_and_nodes_go_when_they_are_said_to", () => {
  const picture = new Picture();
  const process = { id: "p1", pid: 811, node: "edge-1", started_at: at(0), ended_at: null, ending: null };
  const node = (id: string) => ({ id, label: id, pid: null, alive: true });
  const pair = { issued_by: "n1", resumed_on: "n2", count: 3 };
  picture.merge(
    document({
      processes: [process],
      keys: [{ name: "k1", phase: "sealing" }],
      fleet: { nodes: [node("n1"), node("n2")], resumed: [pair] },
    }),
    START,
  );
  assert.equal(picture.server()?.pid, 811);
  picture.merge(document({ keys: [{ name: "k2", phase: "announced" }] }), START);
  assert.equal(picture.keys.size, 2);
  picture.merge(document({ gone: { processes: ["p1"], keys: ["k1"], nodes: ["n1"] } }), START);
  assert.deepEqual(
    [picture.processes.size, [...picture.keys.keys()], [...picture.nodes.keys()], picture.pairs.size],
    [0, ["k2"], ["n2"], 0],
  );
});
