import { SignJWT } from 'jose';
import { CommandError, type Output } from './fault.js';

export const TOKEN_SCOPES: readonly string[] = ['storefront', 'ops', 'scientist', 'admin'];

export interface TokenOptions {
  scope: string[];
  user?: string;
  name: string;
  minutes: number;
}

/** Print a token that the service with this secret takes. @throws CommandError without a secret, and for a scope that there is not */
export async function printToken({ scope, user, name, minutes }: TokenOptions, output: Output, now: number): Promise<void> {
  const { AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = process.env;
  const unknown = scope.filter((one) => !TOKEN_SCOPES.includes(one));
  if (unknown.length > 0) throw new CommandError(`${unknown.join(', ')} is no scope; there are ${TOKEN_SCOPES.join(', ')}`);
  if (!secret) throw new CommandError('AUTH_JWT_SECRET is not set; it has to be that of the service');
  const issuedAt = Math.floor(now / 1000);
  const token = new SignJWT({ scope: scope.join(' '), ...(user !== undefined && { user }), client_id: name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + minutes * 60);
  if (issuer) token.setIssuer(issuer);
  if (audience) token.setAudience(audience);
  output.out(await token.sign(new TextEncoder().encode(secret)));
}
