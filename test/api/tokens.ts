import { SignJWT } from 'jose';
import { createHmac } from 'node:crypto';
import { type AuthConfig } from '../../src/api/access/token-verifier.js';

export const SECRET = 'a secret of at least thirty-two characters';
export const key = (secret = SECRET): Uint8Array => new TextEncoder().encode(secret);
export const now = (): number => Math.floor(Date.now() / 1000);

export interface Claims {
  scope?: unknown;
  user?: unknown;
  client_id?: string;
  iss?: string;
  aud?: string;
  exp?: number | null;
  nbf?: number;
  iat?: number;
}

/** A token as the service expects it, but for what a test changes. */
export function token({ exp = now() + 300, ...claims }: Claims, secret = SECRET): Promise<string> {
  const jwt = new SignJWT({ iss: 'shop', aud: 'imago', ...claims }).setProtectedHeader({ alg: 'HS256' });
  return (exp === null ? jwt : jwt.setExpirationTime(exp)).sign(key(secret));
}
export const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });
export const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with claims that no library would write, signed as it should be. */
export function signed(claims: string): string {
  const body = `${base64({ alg: 'HS256' })}.${Buffer.from(claims).toString('base64url')}`;
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
}

/** How the edges of these specs verify. */
export const AUTH: AuthConfig = { secret: SECRET, issuer: 'shop', audience: 'imago' };
