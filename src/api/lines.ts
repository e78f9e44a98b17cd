import { isUtf8 } from 'node:buffer';
import { type Readable } from 'node:stream';
import { cutBody, Refusal } from './refusals.js';

const NEWLINE = 10;
const RETURN = 13;
const REPLACEMENT = '\uFFFD';
const BYTE_ORDER_MARK = '\uFEFF';

export interface LineLimits {
  maxLineBytes: number;
  /** How long the sender may be silent while we wait for more. */
  silenceMs: number;
}

/** Chunks of a stream that is not destroyed when reading stops early, so that an answer can still be sent on its socket. */
async function* chunksOf(source: Readable, silenceMs: number): AsyncGenerator<Buffer> {
  const chunks = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Refusal(408, 'INVALID_INPUT', `nothing was received for ${silenceMs / 1000} seconds`)),
        silenceMs,
      );
    });
    const chunk = chunks.next().catch(() => Promise.reject(cutBody()));
    const next = await Promise.race([chunk, silence]).finally(() => clearTimeout(timer));
    if (next.done) return;
    yield next.value;
  }
}

/** The bytes of a line that did not end in the chunk it began in: at most one more than a line may have, whatever arrives. */
class LineStart {
  private readonly bytes: Buffer;
  private length = 0;

  constructor(maxLineBytes: number) {
    this.bytes = Buffer.allocUnsafe(maxLineBytes + 1);
  }
  get isEmpty(): boolean {
    return this.length === 0;
  }
  append(more: Buffer): void {
    this.length += more.copy(this.bytes, this.length);
  }
  /** The line that ends with `rest`; starts anew. */
  complete(rest: Buffer): Buffer {
    if (this.isEmpty) return rest;
    this.append(rest);
    const line = this.bytes.subarray(0, this.length);
    this.length = 0;
    return line;
  }
}

/**
 * A line as text that can be trusted to be what was sent: a line that is too long becomes its beginning, one character longer than allowed, and one
 * that is not UTF-8 begins with a character that no JSON begins with, so both are rejected by number like any other line that cannot be read.
 */
function textOf(line: Buffer, maxLineBytes: number): string {
  const bytes = line.at(-1) === RETURN ? line.subarray(0, -1) : line;
  if (bytes.length > maxLineBytes) return bytes.toString('latin1', 0, maxLineBytes + 1);
  const text = bytes.toString('utf8');
  return isUtf8(bytes) ? text : REPLACEMENT + text;
}

/**
 * The lines of a stream, blank ones too, so that their number is their place in the file. A last line needs no newline. Holds one line at most.
 * Throws when the sender goes silent or away, so that a cut stream is never taken for a complete one.
 */
export async function* linesOf(source: Readable, { maxLineBytes, silenceMs }: LineLimits): AsyncGenerator<string> {
  const begun = new LineStart(maxLineBytes);
  let first = true;
  const text = (line: Buffer): string => {
    const whole = textOf(line, maxLineBytes);
    const start = first && whole.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    first = false;
    return whole.slice(start);
  };
  for await (const chunk of chunksOf(source, silenceMs)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield text(begun.complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    begun.append(chunk.subarray(start));
  }
  if (!begun.isEmpty) yield text(begun.complete(Buffer.alloc(0)));
}
