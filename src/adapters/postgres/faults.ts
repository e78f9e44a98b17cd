import { AppError } from '../../core/errors.js';

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** Class 08 is the connection; 57P01 to 57P05 a server that stops, starts or ends sessions; 53300 one that has no connection left. */
const SERVER_AWAY = /^(08...|57P0[1-5]|53300)$/;

/** What pg and its pool throw without a code. */
const LOST =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed)/;

function isConnectionFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, driverError } = error as { code?: unknown; message?: unknown; driverError?: unknown };
  if (driverError !== undefined && driverError !== error) return isConnectionFault(driverError); // TypeORM wraps what pg throws
  if (typeof code === 'string' && (SOCKET_CODES.has(code) || SERVER_AWAY.test(code))) return true;
  return typeof message === 'string' && LOST.test(message);
}

/**
 * What to throw for an error of the database: a lost, refused or exhausted connection becomes `UNAVAILABLE`, to be tried again after a second; every
 * other error is returned as it is.
 */
export function asUnavailable(error: unknown): unknown {
  if (!isConnectionFault(error)) return error;
  const unavailable = new AppError('UNAVAILABLE', 'the database cannot be reached at the moment; try again after a second', [], 1);
  unavailable.cause = error;
  return unavailable;
}
