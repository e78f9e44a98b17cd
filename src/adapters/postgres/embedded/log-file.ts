import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';

const LIMIT_BYTES = 4 << 20;
const KEPT_LINES = 40;

/** The log of the server: at most two files of 4 MiB, and the last lines in memory to explain a failed start. */
export class LogFile {
  private stream: WriteStream;
  private bytes: number;
  private tail: string[] = [];

  constructor(readonly path: string) {
    this.bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.stream = this.open();
  }

  write(chunk: Buffer): void {
    if (this.bytes > LIMIT_BYTES) this.rotate();
    this.bytes += chunk.length;
    this.stream.write(chunk);
    this.tail = [...this.tail, ...chunk.toString().split('\n')].filter(Boolean).slice(-KEPT_LINES);
  }

  /** Forget the lines of an earlier attempt. */
  begin(): void {
    this.tail = [];
  }

  /** The lines since `begin`, the latest 40. */
  lines(): string {
    return this.tail.join('\n');
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.stream.end(resolve));
  }

  private open(): WriteStream {
    // A full disk must not bring the service down through its log.
    return createWriteStream(this.path, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
  }

  private rotate(): void {
    this.stream.end();
    renameSync(this.path, `${this.path}.1`);
    this.bytes = 0;
    this.stream = this.open();
  }
}
