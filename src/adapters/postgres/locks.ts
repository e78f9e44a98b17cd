/** First key of every advisory lock here, so that other programs on the same database have theirs to themselves ("imag" in ASCII). */
export const LOCK_SPACE = 0x696d6167;

/** Second keys. */
export const LOCKS = { migrations: 1, singleProcess: 2, catalogue: 3, partitions: 4, erasure: 5 } as const;
