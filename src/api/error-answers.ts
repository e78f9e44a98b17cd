import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { AppError, type Fault } from '../core/errors.js';
import { type Log } from '../ports/log.js';
import { BadQuery } from './documents.js';
import { frameworkRefusal, graphqlStatus, httpStatus, retryAfter } from './refusals.js';
import { type RequestFacts } from './request-facts.js';

/** One error as GraphQL answers it. */
export interface AnsweredError {
  message: string;
  locations?: GraphQLError['locations'];
  path?: GraphQLError['path'];
  extensions: { code: string; faults?: Fault[]; correlationId?: string };
}

/** How an answer with errors leaves. */
export interface Answered {
  status: number;
  retryAfterSeconds: number | null;
  errors: AnsweredError[];
}

/** The fault of a caller's that lies behind what was thrown; null when it is ours. */
export function callersFault(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  if (error instanceof GraphQLError && error.originalError) return callersFault(error.originalError);
  return frameworkRefusal(error);
}

/** Log what is our fault, once and with its cause; the caller gets nothing but the id to ask for. */
function internal(error: unknown, log: Log): AnsweredError {
  const correlationId = randomUUID();
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  log.error({ err: cause, path: error instanceof GraphQLError ? error.path : undefined, correlationId }, 'a request failed');
  return {
    message: `something went wrong on our side; the log has it under ${correlationId}`,
    extensions: { code: 'INTERNAL', correlationId },
  };
}

const presented = ({ code, message, faults }: AppError): AnsweredError => ({
  message,
  extensions: faults.length > 0 ? { code, faults } : { code },
});

function presentedAll(fault: AppError): AnsweredError[] {
  if (!(fault instanceof BadQuery)) return [presented(fault)];
  return fault.problems.map(({ message, locations }) => ({ message, ...(locations && { locations }), extensions: { code: fault.code } }));
}

/**
 * The errors of a GraphQL request as they are answered: codes and faults for what the caller can act on, a correlation id for the rest.
 * The status is the gravest among them; it holds for answers that have no data.
 */
export function answerErrors(thrown: readonly unknown[], facts: RequestFacts, log: Log): Answered {
  const answered: Answered = { status: 200, retryAfterSeconds: null, errors: [] };
  for (const error of thrown) {
    const fault = callersFault(error);
    const place =
      error instanceof GraphQLError
        ? { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) }
        : {};
    const told = fault ? presentedAll(fault) : [internal(error, log)];
    for (const one of told) {
      answered.errors.push({ ...one, ...place });
      facts.errors.push(one.extensions.code);
    }
    answered.status = Math.max(answered.status, fault ? graphqlStatus(fault) : 500);
    const seconds = fault && retryAfter(fault);
    if (seconds !== null) answered.retryAfterSeconds = Math.max(answered.retryAfterSeconds ?? 0, seconds);
  }
  return answered;
}

/** The same for plain HTTP: one error, its status, and the seconds after which to try again. */
export function answerHttpError(error: unknown, facts: RequestFacts, log: Log) {
  const fault = callersFault(error);
  const { message, extensions } = fault ? presented(fault) : internal(error, log);
  facts.errors.push(extensions.code);
  const { code, faults = [], correlationId } = extensions;
  return {
    status: fault ? httpStatus(fault) : 500,
    retryAfterSeconds: fault && retryAfter(fault),
    body: { error: { code, message, faults, ...(correlationId && { correlationId }) } },
  };
}
