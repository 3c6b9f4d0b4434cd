import assert from "node:assert/strict";
import { test } from "node:test";
import { Picture } from "../src/state";
import { density, outline } from "../src/timeline/density";
import { hatchOf } from "../src/timeline/hatch";
import { type Folding, layOut, rowsBetween } from "../src/timeline/layout";
import { Scale } from "../src/timeline/scale";
import { segmentsOf } from "../src/timeline/segments";
import { View } from "../src/timeline/zoom";
import { at, connection, document, handshake, lineage, START } from "./rows";

const PLAIN: Folding = { unfolded: new Set(), folded: new Set() };
const HOUR = { from: START, to: START + 3_600_000 };

function pictureOf(part: Parameters<typeof document>[0]): Picture {
  const picture = new Picture();
  picture.merge(document(part), START);
  return picture;
}

test("lines_hang_under_their_bar_and_failed_handshakes_under_none", () => {
  const picture = pictureOf({
    lineages: [lineage({ id: "22bb", authenticated_at: at(5) }), lineage({})],
    connections: [
      connection({ id: "x", opened_at: at(7), closed_at: at(8) }),
      connection({ id: "b", opened_at: at(5) }, handshake({ lineage: "22bb" })),
      connection({ id: "a" }, handshake({})),
    ],
  });
  const keys = layOut(picture, HOUR, PLAIN, undefined).rows.map((row) => row.key);
  assert.deepEqual(keys, ["s:11aa", "c:a@0", "s:22bb", "c:b@0", "n", "l:x"]);
});

test("a_renegotiation_cuts_a_connection_where_the_next_session_began", () => {
  const picture = pictureOf({
    lineages: [lineage({}), lineage({ id: "22bb", authenticated_at: at(30) })],
    connections: [
      connection({ closed_at: at(60), earlier: [handshake({})] }, handshake({ lineage: "22bb", epoch: 1 })),
    ],
  });
  const [row] = picture.connections.values();
  assert.ok(row);
  const segments = segmentsOf(row, picture).map(({ lineage, from, to }) => [lineage, from - START, to - START]);
  assert.deepEqual(segments, [
    ["11aa", 0, 30_000],
    ["22bb", 30_000, 60_000],
  ]);
});

test("a_renegotiation_on_the_same_session_is_a_mark_and_no_cut", () => {
  const session = {
    id: "5e55",
    lineage: "11aa",
    generation: 0,
    uses: 2,
    issued_by: null,
    issued_at: at(20),
    expires_at: null,
    authenticated_at: null,
    lineage_ends_at: null,
  };
  const picture = pictureOf({
    lineages: [lineage({ sessions: [session] })],
    connections: [connection({ earlier: [handshake({})] }, handshake({ epoch: 1, resumed: true }))],
  });
  const [row] = picture.connections.values();
  assert.ok(row);
  const segments = segmentsOf(row, picture);
  assert.equal(segments.length, 1);
  assert.deepEqual(segments[0]?.marks, [START + 20_000]);
});

test("many_lines_become_a_strip_which_keeps_the_newest_and_the_chosen_one_out", () => {
  const many = Array.from({ length: 200 }, (_, n) => connection({ id: `c${n}`, opened_at: at(n) }, handshake({})));
  const picture = pictureOf({ lineages: [lineage({})], connections: many });
  const folded = layOut(picture, HOUR, PLAIN, "c3").rows;
  const strip = folded.find((row) => row.kind === "strip");
  assert.equal(strip?.kind === "strip" && strip.segments.length, 191);
  assert.ok(folded.some((row) => row.key === "c:c3@0") && folded.some((row) => row.key === "c:c199@0"));
  const unfolded = layOut(picture, HOUR, { ...PLAIN, unfolded: new Set(["11aa"]) }, undefined).rows;
  assert.equal(unfolded.length, 201);
  const closed = layOut(picture, HOUR, { ...PLAIN, folded: new Set(["11aa"]) }, "c3").rows;
  assert.deepEqual(
    closed.map((row) => row.kind),
    ["session", "strip"],
  );
});

test("what_lies_outside_the_stretch_of_time_has_no_row", () => {
  const picture = pictureOf({
    lineages: [lineage({ state: "expired", ended_at: at(20) })],
    connections: [connection({ closed_at: at(10) }, handshake({}))],
  });
  assert.equal(layOut(picture, { from: START + 30_000, to: START + 60_000 }, PLAIN, undefined).rows.length, 0);
  assert.equal(layOut(picture, { from: START + 15_000, to: START + 60_000 }, PLAIN, undefined).rows.length, 1);
});

test("only_rows_that_can_be_seen_are_found", () => {
  const many = Array.from({ length: 500 }, (_, n) => lineage({ id: `s${n}`, authenticated_at: at(n) }));
  const layout = layOut(pictureOf({ lineages: many }), HOUR, PLAIN, undefined);
  const seen = rowsBetween(layout, 1_000, 1_300);
  const expected = layout.rows.filter((row) => row.y + row.height > 1_000 && row.y <= 1_300);
  assert.deepEqual(seen, expected);
  assert.ok(seen.length > 5 && seen.length < 20);
});

test("density_counts_what_is_open_and_its_outline_closes", () => {
  const scale = new Scale(0, 100, 0, 20);
  const segment = (from: number, to: number) => ({ from, to }) as Parameters<typeof density>[0][number];
  const heights = density([segment(0, 50), segment(40, Infinity), segment(-50, -10), segment(200, 300)], scale, 100);
  assert.deepEqual(heights, [1, 1, 1, 1, 2, 2, 1, 1, 1, 1]);
  assert.match(outline(heights, 0, 19, 16), /^M0 19H.*Z$/);
});

test("the_same_keys_have_the_same_hatch_and_others_mostly_another", () => {
  assert.deepEqual(hatchOf("3f9a000000000000"), hatchOf("3f9affffffffffff"));
  const hatches = new Set(
    Array.from({ length: 256 }, (_, n) => JSON.stringify(hatchOf(n.toString(16).padStart(4, "0")))),
  );
  assert.ok(hatches.size > 10);
  // Nothing that is sent breaks the drawing.
  for (const strange of ["", "zz", "12"]) assert.ok(Number.isFinite(hatchOf(strange).angle));
});

test("times_become_pixels_and_back", () => {
  const scale = new Scale(START, START + 60_000, 100, 700);
  assert.equal(scale.x(START + 30_000), 400);
  assert.equal(scale.at(400), START + 30_000);
  assert.equal(scale.clamped(START + 10 ** 12), 720);
  const ticks = scale.ticks();
  assert.ok(ticks.length >= 3 && ticks.length <= 8 && ticks.every((tick) => tick % 1_000 === 0));
});

test("a_view_that_was_moved_back_follows_again_when_it_reaches_now", () => {
  const view = new View();
  view.choose("1 min");
  assert.ok(view.follows);
  view.pan(-30_000, START);
  assert.ok(!view.follows);
  const scale = view.scale(0, START + 5_000, 0, 1_000);
  assert.equal(Math.round(scale.from), START - 90_000);
  view.pan(40_000, START + 5_000);
  assert.ok(view.follows);
});

test("fit_shows_all_of_a_short_picture_and_ten_minutes_of_a_long_one", () => {
  const view = new View();
  const shown = (age: number) => START - view.scale(START - age, START, 0, 1_000).from;
  assert.ok(shown(5_000) === 30_000 && shown(200_000) >= 200_000);
  assert.equal(shown(86_400_000), 600_000);
});
