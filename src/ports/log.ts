/** Where adapters and jobs say what happened: one structured line per call, the facts first, the sentence second. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
