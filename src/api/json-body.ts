import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Readable } from 'node:stream';
import { cutBody, Refusal } from './refusals.js';

const MAX_BYTES = 1_048_576;

const badBody = (message: string): Refusal => new Refusal(400, 'BAD_QUERY', message);
const tooLarge = (): Refusal => new Refusal(413, 'INVALID_INPUT', 'the body is larger than 1 MiB');

/** The whole body. Nearly all arrive in one piece with their headers, so the clock starts only when the first turn brought no end. */
function readBody(payload: Readable, deadlineMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (finish: () => void): void => {
      settled = true;
      clearTimeout(timer);
      payload.removeListener('data', take);
      finish();
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > MAX_BYTES) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    payload.on('data', take);
    payload.once('end', () => settle(() => resolve(Buffer.concat(chunks, length))));
    payload.once('error', () => settle(() => reject(cutBody())));
    process.nextTick(() => {
      const late = () =>
        settle(() => reject(new Refusal(408, 'INVALID_INPUT', `the body did not arrive within ${deadlineMs / 1000} seconds`)));
      if (!settled) timer = setTimeout(late, deadlineMs);
    });
  });
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

/** Take JSON of at most 1 MiB and nothing else, so that no form of another site can be posted here. It has to arrive within `deadlineMs`. */
export function readJsonBodies(scope: FastifyInstance, deadlineMs: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', async ({ headers }: FastifyRequest, payload: Readable) => {
    const charset = /charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
    if (charset.toLowerCase() !== 'utf-8') throw new Refusal(415, 'INVALID_INPUT', 'JSON is read in UTF-8 only');
    if (Number(headers['content-length']) > MAX_BYTES) throw tooLarge();
    return parseJson(await readBody(payload, deadlineMs));
  });
}
