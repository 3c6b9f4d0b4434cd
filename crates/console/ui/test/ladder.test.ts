import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageRow } from "../src/document";
import { roundTrips, rungs, sparedBytes } from "../src/ladder-rungs";

/** `>` is the client's, `<` the server's. */
function messages(...told: string[]): MessageRow[] {
  return told.map((text) => ({ sent: text[0] === "<", name: text.slice(1), bytes: text.length * 10 }));
}

function drawn(...args: Parameters<typeof rungs>): string[] {
  return rungs(...args).map(
    (rung) => `${rung.sent ? "<" : ">"}${rung.name}${rung.skipped ? " spared" : ""}${rung.after ? " after" : ""}`,
  );
}

const RESUMED_13 = messages(
  ">client_hello",
  "<server_hello",
  "<encrypted_extensions",
  "<finished",
  ">finished",
  "<new_session_ticket",
);
const FULL_13 = messages(
  ">client_hello",
  "<server_hello",
  "<encrypted_extensions",
  "<certificate_request",
  "<certificate",
  "<certificate_verify",
  "<finished",
  ">certificate",
  ">certificate_verify",
  ">finished",
);

test("a_resumption_in_tls_1_3_spares_the_certificate_and_its_proof", () => {
  assert.deepEqual(drawn(RESUMED_13, "TLSv1.3", true, []), [
    ">client_hello",
    "<server_hello",
    "<encrypted_extensions",
    "<certificate spared",
    "<certificate_verify spared",
    "<finished",
    ">finished",
    "<new_session_ticket after",
  ]);
});

test("with_client_authentication_it_spares_the_client_s_too", () => {
  const all = rungs(RESUMED_13, "TLSv1.3", true, FULL_13);
  assert.deepEqual(drawn(RESUMED_13, "TLSv1.3", true, FULL_13), [
    ">client_hello",
    "<server_hello",
    "<encrypted_extensions",
    "<certificate_request spared",
    "<certificate spared",
    "<certificate_verify spared",
    "<finished",
    ">certificate spared",
    ">certificate_verify spared",
    ">finished",
    "<new_session_ticket after",
  ]);
  const spared = FULL_13.filter((message) => message.name.startsWith("certificate"));
  assert.equal(
    sparedBytes(all),
    spared.reduce((sum, message) => sum + message.bytes, 0),
  );
});

test("an_abbreviated_handshake_in_tls_1_2_spares_four_messages", () => {
  const said = messages(">client_hello", "<server_hello", "<finished", ">finished");
  const all = drawn(said, "TLSv1.2", true, []);
  assert.deepEqual(
    all.filter((rung) => rung.endsWith("spared")),
    ["<certificate spared", "<server_key_exchange spared", "<server_hello_done spared", ">client_key_exchange spared"],
  );
  assert.equal(all.indexOf("<certificate spared"), 2);
});

test("a_full_handshake_spares_nothing_and_unknown_sizes_are_not_guessed", () => {
  assert.ok(rungs(FULL_13, "TLSv1.3", false, []).every((rung) => !rung.skipped));
  assert.equal(sparedBytes(rungs(RESUMED_13, "TLSv1.3", true, [])), undefined);
  assert.deepEqual(rungs([], "TLSv1.3", true, []), []);
  assert.deepEqual(rungs(RESUMED_13, "TLSv9", true, []).length, RESUMED_13.length);
});

test("round_trips_are_those_before_the_first_data", () => {
  assert.equal(roundTrips("TLSv1.3", false, false, false), "1 RTT");
  assert.equal(roundTrips("TLSv1.3", false, false, true), "2 RTT");
  assert.equal(roundTrips("TLSv1.2", false, false, false), "2 RTT");
  assert.equal(roundTrips("TLSv1.2", true, false, false), "1 RTT");
  assert.match(roundTrips("TLSv1.3", true, true, false), /^0 RTT/);
});
