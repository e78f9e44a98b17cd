import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Readable } from 'node:stream';
import { cutBody, Refusal } from './refusals.js';

const MAX_BYTES = 1_048_576;

const badBody = (message: string): Refusal => new Refusal(400, 'BAD_QUERY', message);
const tooLarge = (): Refusal => new Refusal(413, 'INVALID_INPUT', 'the body is larger than 1 MiB');

interface Reading {
  startedAt: number;
  late(): void;
}

/** Bodies on their way, the first to begin first. They are looked at now and then, since a timer for each took longer than most take to read. */
class Readings {
  private readonly open = new Set<Reading>();
  private readonly looking: NodeJS.Timeout;

  constructor(private readonly deadlineMs: number) {
    this.looking = setInterval(() => this.look(), Math.min(1_000, deadlineMs / 4)).unref();
  }
  add(reading: Reading): void {
    this.open.add(reading);
  }
  delete(reading: Reading): void {
    this.open.delete(reading);
  }
  end(): void {
    clearInterval(this.looking);
  }
  private look(): void {
    const now = performance.now();
    for (const reading of this.open) {
      if (now - reading.startedAt < this.deadlineMs) return;
      reading.late();
    }
  }
}

/** The whole body. */
function readBody(
  payload: Readable,
  { readings, deadlineMs }: { readings: Readings; deadlineMs: number },
  done: (fault: Error | null, body?: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  const settle = (fault: Error | null): void => {
    readings.delete(reading);
    payload.removeListener('data', take);
    payload.removeListener('end', ended);
    payload.removeListener('error', failed);
    if (fault) {
      payload.on('error', () => undefined); // what is left of it is of no interest
      done(fault);
    } else done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
  };
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > MAX_BYTES) settle(tooLarge());
    else chunks.push(chunk);
  };
  const ended = (): void => settle(null);
  const failed = (): void => settle(cutBody());
  const reading: Reading = {
    startedAt: performance.now(),
    late: () => settle(new Refusal(408, 'INVALID_INPUT', `the body did not arrive within ${deadlineMs / 1000} seconds`)),
  };
  readings.add(reading);
  payload.on('data', take);
  payload.on('end', ended);
  payload.on('error', failed);
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw badBody('the body is empty');
  if (!isUtf8(body)) throw badBody('the body is not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw badBody('the body is not valid JSON');
  }
}

/** Take JSON of at most 1 MiB and nothing else, so that no form of another site can be posted here. It has to arrive within `deadlineMs`, or a quarter more. */
export function readJsonBodies(scope: FastifyInstance, deadlineMs: number): void {
  scope.removeAllContentTypeParsers();
  const readings = new Readings(deadlineMs);
  scope.addHook('onClose', (_instance, done) => {
    readings.end();
    done();
  });
  scope.addContentTypeParser('application/json', ({ headers }: FastifyRequest, payload: Readable, done: Parsed) => {
    const refusal =
      headers['content-type'] === 'application/json' && Number(headers['content-length']) <= MAX_BYTES ? null : refusalOf(headers);
    if (refusal) return done(refusal);
    readBody(payload, { readings, deadlineMs }, (fault, body) => {
      if (fault) return done(fault);
      let value: unknown;
      try {
        value = parseJson(body!);
      } catch (error) {
        return done(error as Error);
      }
      done(null, value);
    });
  });
}

type Parsed = (fault: Error | null, body?: unknown) => void;

function refusalOf(headers: FastifyRequest['headers']): Refusal | null {
  const charset = /charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8') return new Refusal(415, 'INVALID_INPUT', 'JSON is read in UTF-8 only');
  return Number(headers['content-length']) > MAX_BYTES ? tooLarge() : null;
}
