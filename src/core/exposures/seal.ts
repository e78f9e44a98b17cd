import { type CanonicalBytes } from './canonical-bytes.js';

export const SALT_BYTES = 16;
const SALT_LENGTH = SALT_BYTES * 2;
const COMMITMENT_LENGTH = 64;

/**
 * What stands in a chain for texts that point to a person, as hex: a salt of its own (16 bytes), then `sha256(salt, texts)` (32 bytes). The chain
 * covers the second part only. Erasure removes the texts and the salt: the rest stays verifiable, and without the salt nobody can guess the texts
 * back, nor tell that two seals stood for one person.
 */
export type Seal = string;

/** The texts of an entry that point to a person, in a fixed order. */
export type SealedTexts = readonly (string | null | undefined)[];

/**
 * Seal texts.
 *
 * @param salt hex, 16 random bytes used for nothing else
 */
export function seal(bytes: CanonicalBytes, salt: string, texts: SealedTexts): Seal {
  return salt + commit(bytes, salt, texts);
}

function commit(bytes: CanonicalBytes, salt: string, texts: SealedTexts): string {
  bytes.clear().digest(salt).length(texts.length);
  for (const text of texts) bytes.text(text);
  return bytes.sha256();
}

/** The part of a seal that the chain covers, before and after erasure. */
export const commitmentOf = (sealed: Seal): string => sealed.slice(-COMMITMENT_LENGTH);

/** What erasure leaves of a seal. */
export const withoutSalt = commitmentOf;

/** Why a seal does not belong to these texts, or null when it does. `null` as seal means that there was nothing to seal. */
export function sealFault(bytes: CanonicalBytes, sealed: Seal | null, texts: SealedTexts): string | null {
  const anything = texts.some((text) => text !== null && text !== undefined);
  if (sealed === null) return anything ? 'the personal fields have no seal' : null;
  if (sealed.length === COMMITMENT_LENGTH)
    return anything ? 'personal fields are there although the entry says that they were erased' : null;
  if (sealed.length !== SALT_LENGTH + COMMITMENT_LENGTH) return 'the seal has a wrong length';
  return commit(bytes, sealed.slice(0, SALT_LENGTH), texts) === commitmentOf(sealed)
    ? null
    : 'the personal fields differ from what was sealed';
}
