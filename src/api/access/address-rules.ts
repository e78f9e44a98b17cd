import { type Scope } from './caller.js';

/** Who may ask for an HTTP address. */
export interface AddressRule {
  /** One of them is needed; `any`: a valid token; `none`: no token. */
  scopes: readonly Scope[] | 'any' | 'none';
  /** Parameter of the address that names a user, whom a token of one user has to be of; without one such tokens may not ask. */
  user?: string;
}

const SCIENTIST: AddressRule = { scopes: ['scientist'] };
const ANALYSTS: AddressRule = { scopes: ['ops', 'scientist'] };
const OPEN: AddressRule = { scopes: 'none' };

/** A rule for every address; one without is for admin alone. */
export const ADDRESS_RULES: Readonly<Record<string, AddressRule>> = {
  // What an operation needs is its own rule's to say.
  'POST /graphql': { scopes: 'any' },
  'GET /graphql': OPEN,
  'POST /models/:name/versions': SCIENTIST,
  'POST /imports/embeddings': SCIENTIST,
  'POST /imports/neighbours': SCIENTIST,
  'POST /imports/:kind': { scopes: ['storefront'] },
  'GET /exports/exposures': SCIENTIST,
  'GET /exports/features': SCIENTIST,
  'GET /exports/requests': SCIENTIST,
  'GET /exports/rebuilt': SCIENTIST,
  'GET /exports/vocabularies': SCIENTIST,
  'GET /exports/users/:id': { scopes: ['storefront'], user: 'id' },
  'GET /exports/cocoons': ANALYSTS,
  'GET /evidence/heads': ANALYSTS,
  'GET /evidence/verify': ANALYSTS,
  'POST /evidence/verify': ANALYSTS,
  'GET /fallback/:surface.json': OPEN,
  'GET /health/live': OPEN,
  'GET /health/ready': OPEN,
  // From other machines only; see the guard.
  'GET /metrics': { scopes: ['ops'] },
};

/** Open to whoever is on this machine. */
export const OPEN_ON_LOOPBACK: ReadonlySet<string> = new Set(['GET /metrics']);
