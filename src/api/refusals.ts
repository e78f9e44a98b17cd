import { HttpException } from '@nestjs/common';
import { AppError, type ErrorCode, type Fault } from '../core/errors.js';

/** A refusal with an HTTP status of its own, where the one of its code says too little. */
export class Refusal extends AppError {
  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
    faults: Fault[] = [],
  ) {
    super(code, message, faults);
    this.name = 'Refusal';
  }
}

const HTTP_STATUS: Record<ErrorCode, number> = {
  INVALID_INPUT: 400,
  BAD_QUERY: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
};
/** A GraphQL answer that the caller has to read is a 200, so that clients do not throw its errors away. */
const READ_IN_GRAPHQL: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'NOT_FOUND', 'CONFLICT']);
const DEFAULT_RETRY_SECONDS = 1;

/** The HTTP status of a fault of the caller's or a refusal. */
export function httpStatus(error: AppError): number {
  return error instanceof Refusal ? error.status : HTTP_STATUS[error.code];
}

/** The HTTP status of a GraphQL answer that holds nothing but this error. */
export function graphqlStatus(error: AppError): number {
  return !(error instanceof Refusal) && READ_IN_GRAPHQL.has(error.code) ? 200 : httpStatus(error);
}

/** Seconds for Retry-After; null where trying again is of no use. */
export function retryAfter(error: AppError): number | null {
  return [429, 503].includes(httpStatus(error)) ? (error.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS) : null;
}

/** The caller went away, or sent less than he announced. Nobody is left to read the answer; it keeps a cut body from being taken for a whole one. */
export const cutBody = (): Refusal => new Refusal(400, 'INVALID_INPUT', 'the connection ended before the body did');

const FRAMEWORK_MESSAGES: Record<number, string> = {
  404: 'there is nothing at this address',
  405: 'this address does not take this method',
  408: 'the body took too long to arrive',
  413: 'the body is larger than 1 MiB',
  414: 'the address is too long',
  415: 'this address does not take this content type',
  431: 'the headers are too large',
};

/** Errors that the framework makes of a request, as against errors of anything else that happen to carry a status. */
function isFrameworks(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error instanceof HttpException || code.startsWith('FST_');
}

/** What a caller did wrong according to the framework, in our words; null for faults that are ours. */
export function frameworkRefusal(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !isFrameworks(error)) return null;
  const status = error instanceof HttpException ? error.getStatus() : ((error as { statusCode?: number }).statusCode ?? 500);
  if (status < 400 || status >= 500) return null;
  return new Refusal(status, status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT', FRAMEWORK_MESSAGES[status] ?? 'the request cannot be read');
}
