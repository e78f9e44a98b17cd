import { randomBytes } from 'node:crypto';
import { SALT_BYTES } from '../../core/exposures/seal.js';

const BATCH = 1024;

/** Random salts as hex, drawn from the system many at a time: one draw costs as much as a thousand. */
export function createSalts(random: (size: number) => Buffer = randomBytes): () => string {
  let drawn = '';
  let at = 0;
  return () => {
    if (at === drawn.length) {
      drawn = random(BATCH * SALT_BYTES).toString('hex');
      at = 0;
    }
    at += SALT_BYTES * 2;
    return drawn.slice(at - SALT_BYTES * 2, at);
  };
}
