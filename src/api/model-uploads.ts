import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { type App } from '../app/app.js';
import { ManifestFaults, MAX_MODEL_BYTES } from '../app/models/upload-model.js';
import { AppError } from '../core/errors.js';
import { type ModelManifest } from '../core/scoring/intent-model.js';
import { type Log } from '../ports/log.js';
import { sendHttpError } from './http-errors.js';
import { cutBody, Refusal } from './refusals.js';

const MIB = 1_048_576;
const MAX_MANIFEST_BYTES = 4 * MIB;
/** Room for the boundaries and headers of the two parts. */
const MAX_BODY_BYTES = MAX_MODEL_BYTES + MAX_MANIFEST_BYTES + 65_536;
/** How long a sender may be silent, and how long a form may take in all: it holds one of two places. */
interface Patience {
  silenceMs: number;
  formMs: number;
}
const PATIENCE: Patience = { silenceMs: 60_000, formMs: 10 * 60_000 };
/** Each holds a file in memory. */
const MAX_UPLOADS = 2;

const LIMITS = {
  parts: 3,
  files: 2,
  fields: 1,
  fileSize: MAX_MODEL_BYTES,
  fieldSize: MAX_MANIFEST_BYTES,
  headerPairs: 32,
  fieldNameSize: 64,
};
const MODEL_ADDRESS = '/models/:name/versions';
const ORDER = 'the form has two parts: first manifest, then model';

const bad = (message: string): Refusal => new Refusal(400, 'INVALID_INPUT', message);

export interface UploadEdge {
  app: Pick<App, 'readModelManifest' | 'uploadModel'>;
  log: Log;
  patience?: Patience;
}

/** `POST /models/{name}/versions`: a manifest and a file as one form, streamed. Nothing is kept of a form that does not arrive whole. */
export function registerModelUploads(instance: FastifyInstance, { app, log, patience = PATIENCE }: UploadEdge): void {
  let uploads = 0;

  async function upload(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    request.facts.operation = 'upload model';
    if (!request.isMultipart()) throw bad('an upload is a body of type multipart/form-data');
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw tooLarge();
    if (uploads >= MAX_UPLOADS)
      throw new AppError('OVERLOADED', `${uploads} models are being uploaded already; try again in a while`, [], 5);
    uploads++;
    try {
      const { name } = request.params as { name: string };
      const form = readForm(request, (json) => app.readModelManifest(name, json));
      const { manifest, file } = await inTime(form, request, patience);
      const uploaded = await app.uploadModel(manifest, file, request.caller.name);
      reply.code(201);
      return uploaded;
    } catch (error) {
      request.raw.unpipe(); // nobody reads the form any more, so the rest of it is for whoever answers to drop
      throw error instanceof ManifestFaults ? new Refusal(422, 'INVALID_INPUT', error.message, error.faults) : error;
    } finally {
      uploads--;
    }
  }

  instance.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(multipart, { limits: LIMITS, throwFileSizeLimit: false });
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null)); // refused by its own words
    scope.setErrorHandler((error, request, reply) => sendHttpError(error, request, reply, log));
    scope.post(MODEL_ADDRESS, { bodyLimit: MAX_BODY_BYTES }, upload);
  });
}

const tooLarge = (): Refusal => new Refusal(413, 'INVALID_INPUT', `the model is larger than ${MAX_MODEL_BYTES / MIB} MiB`);

interface Form {
  manifest: ModelManifest;
  file: { bytes: Uint8Array; sha256: string };
}

/** The form, unless its sender goes silent or takes for ever, wherever in it he is. */
function inTime(form: Promise<Form>, { raw }: Pick<FastifyRequest, 'raw'>, { silenceMs, formMs }: Patience): Promise<Form> {
  const started = Date.now();
  let [movedAt, bytes] = [started, raw.socket.bytesRead];
  return new Promise((resolve, reject) => {
    const late = (message: string) => reject(new Refusal(408, 'INVALID_INPUT', message));
    const look = setInterval(
      () => {
        const now = Date.now();
        if (raw.socket.bytesRead !== bytes) [movedAt, bytes] = [now, raw.socket.bytesRead];
        if (now - movedAt >= silenceMs) late(`nothing was received for ${silenceMs / 1000} seconds`);
        else if (now - started >= formMs) late(`the form did not arrive within ${formMs / 1000} seconds`);
        else return;
        clearInterval(look);
      },
      Math.min(1_000, silenceMs / 2),
    );
    form.then(resolve, reject).finally(() => clearInterval(look));
  });
}

async function readForm(request: FastifyRequest, readManifest: (json: unknown) => ModelManifest): Promise<Form> {
  let manifest: ModelManifest | null = null;
  let file: Form['file'] | null = null;
  try {
    for await (const part of request.parts()) {
      if (manifest === null && part.fieldname === 'manifest') manifest = readManifest(await jsonOf(part));
      else if (manifest !== null && file === null && part.fieldname === 'model' && part.type === 'file') file = await fileOf(part);
      else throw bad(`${ORDER}; the part ${JSON.stringify(part.fieldname).slice(0, 80)} is not in its place`);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw request.raw.complete ? bad('the body is no form that can be read') : cutBody();
  }
  if (manifest === null || file === null) throw bad(`${ORDER}; ${manifest === null ? 'manifest' : 'model'} is missing`);
  return { manifest, file };
}

async function jsonOf(part: Multipart): Promise<unknown> {
  if (part.type === 'field') {
    if (part.valueTruncated) throw manifestTooLarge();
    return typeof part.value === 'string' ? parse(part.value) : part.value;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of part.file as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_MANIFEST_BYTES) throw manifestTooLarge();
    chunks.push(chunk);
  }
  return parse(Buffer.concat(chunks).toString('utf8'));
}
const manifestTooLarge = (): Refusal => new Refusal(413, 'INVALID_INPUT', `the manifest is larger than ${MAX_MANIFEST_BYTES / MIB} MiB`);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('the manifest is not valid JSON');
  }
}

/** Written where it stays as it comes: to put the pieces together in the end would hold everybody up for a seventh of a second. */
async function fileOf({ file }: MultipartFile): Promise<Form['file']> {
  const hash = createHash('sha256');
  const bytes = Buffer.allocUnsafe(MAX_MODEL_BYTES); // the system gives memory for what is written to alone
  let length = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    hash.update(chunk);
    length += chunk.copy(bytes, length);
  }
  if (file.truncated) throw tooLarge();
  return { bytes: bytes.subarray(0, length), sha256: hash.digest('hex') };
}
