/** Codes of faults that are the caller's, as the public error table names them. */
export type ErrorCode =
  | 'INVALID_INPUT'
  | 'BAD_QUERY'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'UNAVAILABLE';

/** One thing wrong with an input. `path` is dotted, as in `filter.priceMin`; the message names value and allowed range. */
export interface Fault {
  path: string;
  code: string;
  message: string;
}

/** A fault of the caller, or a refusal that he can act on. Anything else that is thrown is ours and is answered as INTERNAL. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly faults: Fault[] = [],
    /** Seconds after which trying again makes sense; sent as Retry-After. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'AppError';
  }
}

/** Throw one error that lists every fault, or return when there is none. */
export function refuseFaults(faults: Fault[]): void {
  if (faults.length > 0) throw new AppError('INVALID_INPUT', faults.map(({ message }) => message).join('; '), faults);
}

const SHOWN = 60;

/** A value as an error message may show it: short, in quotes when text, never more than 60 characters of the caller's. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? String(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
}
