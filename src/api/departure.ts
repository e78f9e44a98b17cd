import { performance } from 'node:perf_hooks';

/** Who asks so often, and did lately, is one who chooses where requests go. */
const ASKS = 3;
const LATELY_MS = 15_000;
/** Until he has asked once more. */
const TOLD_WITHIN_MS = 2_500;
/** Nothing came for so long: whoever sends requests knows. */
const QUIET_MS = 300;
const LONGEST_MS = 6_000;
const LOOK_MS = 25;

/** Where the server stands in its life, and who may know of it. Times are milliseconds that only grow. */
export interface Life {
  closing: boolean;
  /** How often it was asked whether it is ready, and when last. */
  asks: number;
  askedAt: number;
  /** When it first said that it is not because it is closing; null before. */
  toldAt: number | null;
  /** When a request other than that came last, since it is closing. */
  requestedAt: number;
}

export const newLife = (): Life => ({ closing: false, asks: 0, askedAt: -Infinity, toldAt: null, requestedAt: -Infinity });

export function noteAsked(life: Life): void {
  life.asks++;
  life.askedAt = performance.now();
  if (life.closing) life.toldAt ??= life.askedAt;
}

/**
 * Begin to close, and go on serving until whoever stands before the process has learned of it and sends nothing any more, for six seconds at most; a connection
 * that is closed while a request is on its way loses it. Where nobody asks regularly whether the process is ready nobody would learn of it.
 */
export async function depart(life: Life): Promise<void> {
  const from = performance.now();
  life.closing = true;
  if (life.asks < ASKS || from - life.askedAt > LATELY_MS) return;
  for (let now = from; now - from < (life.toldAt === null ? TOLD_WITHIN_MS : LONGEST_MS); now = performance.now()) {
    if (life.toldAt !== null && now - Math.max(life.toldAt, life.requestedAt) >= QUIET_MS) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
