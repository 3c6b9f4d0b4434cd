import assert from "node:assert/strict";
import { test } from "node:test";
import { messageName, suiteName, versionName } from "../src/names";
import { sorted, turned } from "../src/sort";
import { pauseBefore } from "../src/stream";
import { bytes, count, micros, span } from "../src/words";

test("spans_are_told_in_their_largest_unit_and_the_next", () => {
  const minute = 60_000;
  assert.equal(span(-5), "0 s");
  assert.equal(span(59_600), "1 min");
  assert.equal(span(3 * minute + 4_000), "3 min 4 s");
  assert.equal(span(112 * minute), "1 h 52 min");
  assert.equal(span(26 * 60 * minute), "1 d 2 h");
});

test("numbers_have_units", () => {
  assert.equal(micros(374), "374 µs");
  assert.equal(micros(1_384), "1.4 ms");
  assert.equal(bytes(2_913), "2,913 B");
  assert.equal(bytes(44_123), "44.1 kB");
  assert.equal(count(1, "connection"), "1 connection");
});

test("names_are_the_rfc_s_without_what_all_have_in_common", () => {
  assert.equal(messageName("client_hello"), "ClientHello");
  assert.equal(messageName("other_254"), "type 254");
  assert.equal(versionName("TLSv1.3"), "TLS 1.3");
  assert.equal(suiteName("TLS_AES_128_GCM_SHA256"), "AES-128-GCM");
  assert.equal(suiteName("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), "ChaCha20-Poly1305");
});

test("sorting_keeps_unknowns_last_both_ways_round", () => {
  const rows = [3, undefined, 1];
  const cell = (row: number | undefined) => row;
  assert.deepEqual(sorted(rows, cell, { column: 0, descending: false }), [1, 3, undefined]);
  assert.deepEqual(sorted(rows, cell, turned({ column: 0, descending: false }, 0)), [3, 1, undefined]);
});

test("pauses_grow_and_end_at_the_longest", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 40].map((attempt) => pauseBefore(attempt, 0));
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});
