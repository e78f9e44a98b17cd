import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../core/errors.js';
import { type Caller, type Scope, SCOPES } from './caller.js';

/** How tokens are verified: by a secret known to both, or by the public keys at an address. */
export type AuthConfig = ({ secret: string } | { jwksUrl: string }) & { issuer: string | null; audience: string | null };

/** Only what the key is for: a public key is never taken for a secret, and `none` for nothing. */
const SECRET_ALGORITHMS = ['HS256'];
const PUBLIC_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_S = 30;
const REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;
const MAX_TOKEN = 8_192;
const MAX_NAME = 128;

export type TokenVerifier = (token: string) => Promise<Caller>;

const refused = (why: string): AppError => new AppError('UNAUTHENTICATED', `the token is refused: ${why}`);

/**
 * Verify tokens: signature by a fixed list of algorithms, expiry, and issuer and audience where they are configured. What a token says of its own keys
 * (`jku`, `jwk`, `x5u`) is not read. A token that was good is remembered for at most a minute and never beyond its end.
 *
 * The caller's promise rejects with UNAUTHENTICATED, or with UNAVAILABLE where the keys cannot be had.
 */
export function createTokenVerifier(auth: AuthConfig, clock: () => number): TokenVerifier {
  const verify = verifierOf(auth);
  const known = new LRUCache<string, Caller>({ max: REMEMBERED });
  return async (token) => {
    const remembered = known.get(token);
    if (remembered) return remembered;
    if (token.length > MAX_TOKEN) throw refused(`it is longer than ${MAX_TOKEN} characters`);
    const payload = await verify(token, new Date(clock())).catch((error: unknown) => {
      throw told(error);
    });
    if (!Number.isFinite(payload.exp)) throw refused('its claim exp does not hold');
    if (payload.iat !== undefined && payload.iat > clock() / 1000 + CLOCK_TOLERANCE_S) throw refused('it was issued in the future');
    const caller = callerOf(payload);
    const left = payload.exp! * 1000 - clock();
    if (left > 0) known.set(token, caller, { ttl: Math.min(REMEMBERED_MS, left) });
    return caller;
  };
}

function verifierOf(auth: AuthConfig): (token: string, now: Date) => Promise<JWTPayload> {
  const options = (algorithms: string[], currentDate: Date): JWTVerifyOptions => ({
    algorithms,
    currentDate,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp'],
    ...(auth.issuer !== null && { issuer: auth.issuer }),
    ...(auth.audience !== null && { audience: auth.audience }),
  });
  if ('secret' in auth) {
    const key = new TextEncoder().encode(auth.secret);
    return async (token, now) => (await jwtVerify(token, key, options(SECRET_ALGORITHMS, now))).payload;
  }
  const keys = createRemoteJWKSet(new URL(auth.jwksUrl));
  return async (token, now) => (await jwtVerify(token, keys, options(PUBLIC_ALGORITHMS, now))).payload;
}

/** What a caller is told of a token that failed: never anything out of it. */
function told(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return refused('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`its claim ${error.claim} does not hold`);
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    return new AppError('UNAVAILABLE', 'the keys that tokens are verified with cannot be read now', [], 1);
  return refused('it is not a token that was signed with the key of this service');
}

/** Whether a claim can be kept and looked up by: 1 to 128 characters, none of them a control character, no half of a surrogate pair. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_NAME && !/\p{Cc}/u.test(value) && value.isWellFormed();

function callerOf({ scope, user, client_id: clientId, azp, sub }: JWTPayload): Caller {
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  if (user !== undefined && !isName(user)) throw refused('its claim user is not an id');
  const name = nameIn({ client_id: clientId, azp, sub }) ?? 'token';
  return {
    name,
    subject: nameIn({ sub }) ?? name,
    scopes: new Set(scopes.filter((one): one is Scope => SCOPES.includes(one as Scope))),
    user: user ?? null,
  };
}

/** The first of these claims that is there. It is kept in the audit, so it has to be text that can be kept. */
function nameIn(claims: Record<string, unknown>): string | null {
  const [claim, name] = Object.entries(claims).find(([, value]) => typeof value === 'string' && value !== '') ?? [];
  if (claim === undefined) return null;
  const kept = (name as string).slice(0, MAX_NAME).toWellFormed();
  if (!isName(kept)) throw refused(`its claim ${claim} has control characters in it`);
  return kept;
}
