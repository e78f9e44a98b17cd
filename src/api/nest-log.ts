import { type LoggerService } from '@nestjs/common';
import { type Log } from '../ports/log.js';

/** What Nest has to say, as structured lines; its notes on starting up are left out. */
export function nestLog(log: Log): LoggerService {
  const told = (message: unknown): string => (message instanceof Error ? message.message : String(message));
  const facts = (message: unknown, rest: unknown[]) => ({ from: rest.at(-1), ...(message instanceof Error && { err: message }) });
  return {
    log: () => undefined,
    warn: (message: unknown, ...rest: unknown[]) => log.warn(facts(message, rest), told(message)),
    error: (message: unknown, ...rest: unknown[]) => log.error(facts(message, rest), told(message)),
  };
}
