/** What stops a command: one line, and further lines with the particulars. Anything else that is thrown is a defect of the command line itself. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly details: string[] = [],
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Where a command writes: results to `out`, what is only for the person watching to `note`. */
export interface Output {
  out(text: string): void;
  note(text: string): void;
}

export const consoleOutput: Output = {
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
};
