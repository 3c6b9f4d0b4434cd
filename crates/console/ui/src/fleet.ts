// Who issued, who resumed, what was missed: from the console's own fleet rows, or counted from connections.

import type { Bucket, Fleet } from "./document";
import type { Picture } from "./state";

const BUCKET_MS = 10_000;

let latest: { second: number; fleet: Fleet } | undefined;

export function fleetOf(picture: Picture, now: number): Fleet {
  if (picture.nodes.size === 0) {
    // All connections are looked at, so not for every picture.
    const second = Math.floor(now / 1_000);
    if (latest?.second !== second) latest = { second, fleet: counted(picture) };
    return latest.fleet;
  }
  return {
    nodes: [...picture.nodes.values()],
    resumed: [...picture.pairs.values()],
    misses: [...picture.buckets.values()],
  };
}

/** One node a process: a restarted server is another one, and resumes what the one before has issued. */
function counted(picture: Picture): Fleet {
  const nodes = [...picture.processes.values()].map((row) => ({
    id: String(row.pid),
    label: `${row.node} ${row.pid}`,
    pid: row.pid,
    alive: !row.ended_at,
  }));
  const resumed = new Map<string, { issued_by: string; resumed_on: string; count: number }>();
  const buckets = new Map<number, Bucket>();
  for (const connection of picture.connections.values()) {
    const first = connection.handshakes[0];
    if (!first) continue;
    const at = Math.floor(connection.opened / BUCKET_MS) * BUCKET_MS;
    const bucket = buckets.get(at) ?? { at: new Date(at).toISOString(), refused: {}, resumed: 0, full: 0 };
    buckets.set(at, bucket);
    bucket[first.resumed ? "resumed" : "full"] += 1;
    const { refusal } = connection.row;
    if (refusal) bucket.refused[refusal] = (bucket.refused[refusal] ?? 0) + 1;
    if (!first.resumed) continue;
    const issuer = picture.sessions.get(first.lineage)?.member(first.session)?.issued_by ?? "";
    const process = picture.connections.get(issuer)?.row.process;
    if (process === undefined) continue;
    const key = `${process} ${connection.row.process}`;
    const cell = resumed.get(key) ?? {
      issued_by: String(process),
      resumed_on: String(connection.row.process),
      count: 0,
    };
    cell.count += 1;
    resumed.set(key, cell);
  }
  const misses = [...buckets.values()].sort((a, b) => a.at.localeCompare(b.at));
  return { nodes, resumed: [...resumed.values()], misses };
}
