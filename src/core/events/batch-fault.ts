import { type Fault, shown } from '../errors.js';

/** Codes of a batch entry that was not taken, as the public error table names them. */
export type BatchCode =
  | 'INVALID_ID'
  | 'INVALID_TIME'
  | 'INVALID_VALUE'
  | 'MISSING_FIELD'
  | 'UNKNOWN_ITEM'
  | 'ERASED_USER'
  | 'NO_CONSENT'
  | 'TOO_LARGE'
  | 'CONFLICT';

/** One thing wrong with one entry of a batch or line of an import. */
export interface BatchFault extends Fault {
  code: BatchCode;
}

/** More than this many faults of one entry are not listed: a line of a thousand misspelt fields needs no thousand sentences. */
export const MAX_FAULTS = 32;

/** The faults of one entry, in the order they are found; costs nothing while there are none. */
export class FaultList {
  faults: BatchFault[] | null = null;

  add(code: BatchCode, path: string, message: string): void {
    this.faults ??= [];
    if (this.faults.length < MAX_FAULTS) this.faults.push({ path, code, message });
  }
  /** The usual sentence: which field has which value, and what it must be. */
  refuse(code: BatchCode, path: string, value: unknown, wanted: string): void {
    this.add(code, path, `${path} is ${typeof value === 'number' ? value : shown(value)}; it must be ${wanted}`);
  }
}
