/** What a token may allow. `admin` implies the others. */
export const SCOPES = ['storefront', 'ops', 'scientist', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who makes a request. */
export interface Caller {
  /** Named as the author of changes, and counted against limits. */
  name: string;
  /** Whom the token was given to, rather than the program that asks with it: whose privacy budget is spent. */
  subject: string;
  scopes: ReadonlySet<Scope>;
  /** The one user whom he may name; null: any. */
  user: string | null;
}

/** Of protected mode, where nobody says who he is and everything is allowed. */
export const LOCAL: Caller = { name: 'local', subject: 'local', scopes: new Set(SCOPES), user: null };

/** Whether a caller has one of these scopes. */
export const hasScope = ({ scopes }: Caller, wanted: readonly Scope[]): boolean =>
  scopes.has('admin') || wanted.some((scope) => scopes.has(scope));
