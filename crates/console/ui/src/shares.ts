// How many of the latest handshakes were resumed, bucket by bucket.

import type { Picture } from "./state";

const BUCKETS = 22;
/** Short pictures have short buckets: a minute of life should fill the line. */
const SHORTEST_MS = 5_000;

export function resumedShares(picture: Picture, now: number): (number | undefined)[] {
  const resumed = new Array<number>(BUCKETS).fill(0);
  const all = new Array<number>(BUCKETS).fill(0);
  const first = Math.floor(now / SHORTEST_MS) - BUCKETS + 1;
  for (const connection of picture.connections.values()) {
    const at = Math.floor(connection.opened / SHORTEST_MS) - first;
    const handshake = connection.handshakes[0];
    if (at < 0 || at >= BUCKETS || !handshake) continue;
    all[at] = (all[at] ?? 0) + 1;
    if (handshake.resumed) resumed[at] = (resumed[at] ?? 0) + 1;
  }
  return all.map((count, at) => (count ? (resumed[at] ?? 0) / count : undefined));
}
