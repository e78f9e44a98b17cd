import { type Log } from '../../src/ports/log.js';

export interface KeptLog extends Log {
  /** Messages so far, each after its level. */
  lines: string[];
}

/** A log that a test can read and that prints nothing. */
export function keptLog(): KeptLog {
  const lines: string[] = [];
  const keep = (level: string) => (_facts: object, message: string) => void lines.push(`${level}: ${message}`);
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error') };
}
