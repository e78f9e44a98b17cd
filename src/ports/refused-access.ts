/** Somebody was refused what he asked for. */
export interface RefusedAccess {
  /** Epoch ms. */
  at: number;
  /** The name in his token, and the pseudonym of the one user whom it may name. */
  actor: string;
  user: string | null;
  /** The operation or address. */
  subject: string;
  why: RefusalReason;
  /** Refusals of the same caller before this one that were not noted. */
  unnoted: number;
}

/** He has not the scope; he named a user whom his token does not; or a budget of somebody else. */
export const REFUSAL_REASONS = ['scope', 'user', 'recipient'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The audit of refused access. It keeps what it is given: how much of it there may be, the caller bounds. */
export interface RefusedAccessLog {
  note(refused: RefusedAccess): Promise<void>;
}
