import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../src/connection";
import { keySentence, keyTree } from "../src/keytree-nodes";
import { refusedIn } from "../src/refusals";
import { Picture } from "../src/state";
import { why } from "../src/why-checks";
import { at, connection, document, handshake, lineage, START } from "./rows";

const TICKET = {
  id: "71c4e7",
  lineage: "11aa",
  generation: 1,
  uses: 1,
  issued_by: "abcdef",
  issued_at: at(0),
  expires_at: at(7_200),
  authenticated_at: at(0),
  lineage_ends_at: at(604_800),
};

test("a_resumption_names_its_issuer_its_age_and_that_it_is_the_first", () => {
  const picture = new Picture();
  const row = connection({ opened_at: at(60) }, handshake({ kind: "psk", resumed: true, session: "71c4e7" }));
  picture.merge(document({ lineages: [lineage({ sessions: [TICKET] })], connections: [row] }), START);
  const { headline, reasons } = why(new Connection(row), picture.sessions.get("11aa"));
  assert.match(headline, /^Resumed/);
  const told = reasons.map((reason) => `${reason.ok ? "✓" : "✗"} ${reason.what}: ${reason.detail}`);
  assert.ok(told.includes("✓ age: 1 min, of 2 h"));
  assert.ok(told.some((text) => text.startsWith("✓ ticket from C-abcd")));
  assert.ok(told.some((text) => text.startsWith("✓ not used before")));
});

test("a_refusal_is_told_in_the_server_s_words", () => {
  const refused = connection({ refusal: "revoked", refusal_text: "the session was revoked" }, handshake({}));
  const { headline, reasons } = why(new Connection(refused), undefined);
  assert.equal(headline, "Not resumed: the session was revoked.");
  assert.equal(reasons[0]?.ok, false);
});

test("a_failed_handshake_tells_its_alert", () => {
  const failed = new Connection(
    connection({ closed_at: at(1), ending: "the peer trusts nobody", alert_received: "unknown_ca" }),
  );
  assert.equal(failed.state, "failed");
  assert.match(why(failed, undefined).headline, /the peer trusts nobody/);
  assert.deepEqual(
    refusedIn([failed]).map((row) => [row.kind, row.code]),
    [["handshake", "unknown_ca"]],
  );
});

test("refused_early_data_and_a_refused_session_are_both_listed", () => {
  const both = new Connection(
    connection(
      { refusal: "expired" },
      handshake({ early_data: "rejected", early_data_refusal: "early_data_not_offered" }),
    ),
  );
  assert.deepEqual(
    refusedIn([both]).map((row) => row.code),
    ["expired", "early_data_not_offered"],
  );
});

test("the_key_tree_says_of_every_secret_whose_it_is", () => {
  const picture = new Picture();
  const derived = [
    { what: "psk", from: null, fingerprint: "f00d" },
    { what: "early", from: "psk", fingerprint: "0001" },
    { what: "main", from: "early", fingerprint: "0002" },
    { what: "odd", from: "nowhere", fingerprint: "0003" },
  ];
  const issuer = connection(
    { id: "1550e4" },
    handshake({ derived: [{ what: "ticket_psk", from: null, fingerprint: "f00d" }] }),
  );
  picture.merge(document({ connections: [issuer, connection({}, handshake({ derived }))] }), START);
  const [psk, odd] = keyTree(derived, "c0ffee", picture);
  assert.ok(psk && odd);
  assert.match(keySentence(psk, "c0ffee"), /Shared: C-1550 \(as its ticket psk\) has the same one/);
  const main = psk.children[0]?.children[0];
  assert.equal(main?.what, "main");
  assert.match(keySentence(main, "c0ffee"), /Made for C-c0ff alone; no other connection has it/);
  assert.equal(odd.what, "odd");
});
