import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES_AN_ID = 16;
const IDS_A_DRAW = 256;

/** Ids of feeds: UUIDs of version 7. Randomness is drawn from the system for many at a time, since one draw costs as much as a hundred. */
export function createFeedIds(clock: () => number): () => string {
  const drawn = new Uint8Array(IDS_A_DRAW * BYTES_AN_ID);
  let at = drawn.length;
  return () => {
    if (at === drawn.length) {
      randomFillSync(drawn);
      at = 0;
    }
    at += BYTES_AN_ID;
    return v7({ random: drawn.subarray(at - BYTES_AN_ID, at), msecs: clock() });
  };
}
