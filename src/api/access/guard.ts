import { type FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.js';
import { type RateLimiter } from '../../ports/rate-limiter.js';
import { type RefusalReason } from '../../ports/refused-access.js';
import { isFromThisMachine } from '../admission.js';
import { Refusal } from '../refusals.js';
import { ADDRESS_RULES, type AddressRule, OPEN_ON_LOOPBACK } from './address-rules.js';
import { type Caller, hasScope, type Scope } from './caller.js';
import { NOT_ALLOWED } from './operation-rules.js';
import { type TokenVerifier } from './token-verifier.js';

const NOBODY: Caller = { name: 'nobody', subject: 'nobody', scopes: new Set(), user: null };
const FOR_ADMIN: AddressRule = { scopes: ['admin'] };

export interface GuardParts {
  verify: TokenVerifier;
  limits: RateLimiter;
  onRefused: OnRefused;
}

/** Told of everybody who is known and asks for what he may not. */
export type OnRefused = (caller: Caller, subject: string, why: RefusalReason) => void;

/** Give the caller of a request, or refuse it before any of its body is read. */
export type Guard = (request: FastifyRequest) => Promise<Caller>;

const unauthenticated = (message: string): AppError => new AppError('UNAUTHENTICATED', message);
const forbidden = (): AppError => new AppError('FORBIDDEN', NOT_ALLOWED);

/** The token of a request; more than one is a request that two readers might understand differently. */
function tokenOf({ raw }: FastifyRequest): string {
  const given = raw.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1].toLowerCase() === 'authorization');
  if (given.length > 1) throw new Refusal(400, 'INVALID_INPUT', 'there is more than one Authorization header');
  const [, token] = /^bearer ([\w.~+/=-]+)$/i.exec(given[0] ?? '') ?? [];
  if (token === undefined)
    throw unauthenticated(
      given.length === 0 ? 'a token is needed: Authorization: Bearer …' : 'the Authorization header holds no Bearer token',
    );
  return token;
}

/** The door of a service with authentication: by the rule of the address, within the caller's budget. */
export function createGuard({ verify, limits, onRefused }: GuardParts): Guard {
  return async (request) => {
    const { method, routeOptions, params } = request;
    if (routeOptions.url === undefined) return NOBODY; // there is nothing, which everybody may know
    if (method === 'OPTIONS') return NOBODY; // a browser asks so before it shows the token
    const address = `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url}`;
    const { scopes, user } = ADDRESS_RULES[address] ?? FOR_ADMIN;
    if (scopes === 'none' || (OPEN_ON_LOOPBACK.has(address) && isFromThisMachine(request))) return NOBODY;
    const caller = await verify(tokenOf(request));
    if (address !== GRAPHQL) await withinBudget(limits, address.startsWith('POST /imports') ? 'imports' : 'requests', caller);
    const why = scopes === 'any' ? null : addressRefusal({ scopes, user }, params as Record<string, string>, caller);
    if (why !== null) {
      onRefused(caller, address, why);
      throw forbidden();
    }
    return caller;
  };
}

/** Why a caller may not ask for an address with these parameters; null when he may. */
function addressRefusal(
  { scopes, user }: { scopes: readonly Scope[]; user?: string },
  params: Record<string, string>,
  caller: Caller,
): RefusalReason | null {
  if (!hasScope(caller, scopes)) return 'scope';
  return caller.user === null || (user !== undefined && params[user] === caller.user) ? null : 'user';
}

/** What is asked for in a body is counted when it has been read. */
const GRAPHQL = 'POST /graphql';

/** Budgets that a caller has, each with as much a second: events are not held up by feeds, nor these by imports. */
export type Budget = 'requests' | 'events' | 'imports';

/** @throws AppError RATE_LIMITED where the caller's budget is spent */
export async function withinBudget(limits: RateLimiter, budget: Budget, { name, user }: Caller, points = 1): Promise<void> {
  const wait = await limits.take(`${budget}:${name}${user === null ? '' : `:${user}`}`.slice(0, 200), points);
  if (wait !== null) throw new AppError('RATE_LIMITED', 'this token has asked too often; wait, then ask again', [], wait);
}
