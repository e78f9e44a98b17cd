import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../core/errors.js';
import { type LoggedAssignment } from '../core/exposures/exposure.js';
import { type PageInput } from '../core/requests/page-input.js';

/** What the next page of a feed needs of the page before; the items already placed are read from the exposure log. */
export interface FeedCursor {
  feedId: string;
  /** Of the page to come, from 1. */
  pageNo: number;
  /** How many items the pages before have placed. */
  placed: number;
  /** Of the settings before experiments acted on them. */
  configVersion: number;
  /** Before experiments acted; null for rules. */
  modelVersion: string | null;
  seed: number;
  /** Epoch ms. */
  issuedAt: number;
  /** Experiments that the feed takes part in; none when left out, as before there were any. */
  assignments?: LoggedAssignment[];
  /** Digest of what has to stay the same over the pages of a feed. */
  inputHash: string;
}

const TAG_BYTES = 16;
const SHORT_HASH_LENGTH = 22;

/** Digest of any plain value; the order of keys counts, so build it in one place. */
export const digest = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64url');

/** What a cursor pins of its request: another user, surface or filter needs a feed of its own. */
export const pinnedInput = (kind: string, input: PageInput, more: unknown = null): string =>
  digest([kind, input.identity ?? input.userId, input.surface, input.filter, input.pageId, more]).slice(0, SHORT_HASH_LENGTH);

type PackedArm = [experiment: string, variant: string, phase: number, forced: 0 | 1, triggered: 0 | 1];
const packed = ({ experiment, variant, phase, forced, triggered }: LoggedAssignment): PackedArm => [
  experiment,
  variant,
  phase,
  forced ? 1 : 0,
  triggered ? 1 : 0,
];
const unpacked = ([experiment, variant, phase, forced, triggered]: PackedArm): LoggedAssignment => ({
  experiment,
  variant,
  phase,
  forced: forced === 1,
  triggered: triggered === 1,
});

/** Cursors are signed, so that only what the service gave out comes back, on any process and over restarts. */
export function createCursors(secret: Buffer) {
  const tag = (body: Buffer): Buffer => createHmac('sha256', secret).update(body).digest().subarray(0, TAG_BYTES);
  const invalid = (): AppError => {
    const message =
      'after is not a cursor of this feed; it must be the endCursor of its page before, with the same user, surface and filter';
    return new AppError('INVALID_INPUT', message, [{ path: 'after', code: 'INVALID_INPUT', message }]);
  };

  return {
    encode({ feedId, pageNo, placed, configVersion, modelVersion, seed, issuedAt, inputHash, assignments = [] }: FeedCursor): string {
      const fields = [feedId, pageNo, configVersion, seed, issuedAt, inputHash, modelVersion, assignments.map(packed), placed];
      const body = Buffer.from(JSON.stringify(fields));
      return Buffer.concat([tag(body), body]).toString('base64url');
    },
    /** @throws AppError INVALID_INPUT for text that is no cursor, or one of another feed */
    decode(text: string, inputHash: string): FeedCursor {
      const bytes = Buffer.from(text, 'base64url');
      const body = bytes.subarray(TAG_BYTES);
      if (bytes.length <= TAG_BYTES || !timingSafeEqual(tag(body), bytes.subarray(0, TAG_BYTES))) throw invalid();
      // What came later is absent from cursors that older processes gave out.
      const [feedId, pageNo, configVersion, seed, issuedAt, hash, modelVersion = null, arms = [], placed = 1] = JSON.parse(
        body.toString(),
      ) as [string, number, number, number, number, string, (string | null)?, PackedArm[]?, number?];
      if (hash !== inputHash) throw invalid();
      const assignments = arms.map(unpacked);
      return {
        feedId,
        pageNo,
        placed,
        configVersion,
        modelVersion,
        seed,
        issuedAt,
        inputHash,
        ...(assignments.length > 0 && { assignments }),
      };
    },
  };
}
export type Cursors = ReturnType<typeof createCursors>;
