import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchResult } from '../app/answers.js';
import { CommandError } from './fault.js';

export interface ClientOptions {
  url: string;
  token?: string;
  /** How long, in all, a request is tried again before it is given up. */
  patienceMs: number;
  /** Told why and when a request is tried again. */
  onRetry?: (reason: string, waitMs: number) => void;
}

/** The public API of a running service, with the patience to wait out its restarts. */
export interface Client {
  readonly url: string;
  /** `attempts` above 1: an earlier one may have been carried out although its answer never came. */
  postLines(path: string, body: Uint8Array<ArrayBuffer>): Promise<{ result: BatchResult; attempts: number }>;
  /** A form that may be sent twice. @throws CommandError with every fault that the service names */
  postForm<Answer extends object>(path: string, form: FormData): Promise<Answer>;
  /** @throws CommandError with every fault that the service names */
  query<Data>(query: string, variables: Record<string, unknown>): Promise<Data>;
}

/** A request that may succeed when it is made again. */
class Retryable extends Error {
  constructor(
    message: string,
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A service that hangs is a lost connection; an answer takes at most a few seconds for the chunks that are sent here. */
const ANSWER_WITHIN_MS = 120_000;
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export function createClient(options: ClientOptions): Client {
  const url = baseUrl(options.url);
  const authorization: Record<string, string> = options.token ? { authorization: `Bearer ${options.token}` } : {};

  const post = async (path: string, contentType: string | null, body: Uint8Array<ArrayBuffer> | string | FormData) => {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { ...(contentType !== null && { 'content-type': contentType }), ...authorization },
        body,
        signal,
      });
      return { response, text: await response.text() };
    } catch (error) {
      throw new Retryable(reasonOf(error), null);
    }
  };

  return {
    url,
    postLines: (path, body) =>
      patiently(options, url, async () => {
        const { response, text } = await post(path, 'application/x-ndjson', body);
        const answer = parseJson(text);
        if (response.ok && isBatchResult(answer)) return answer;
        throw failure(response, answer, text, url + path);
      }).then(({ value, attempts }) => ({ result: value, attempts })),
    postForm: <Answer extends object>(path: string, form: FormData) =>
      patiently(options, url, async () => {
        const { response, text } = await post(path, null, form);
        const answer = parseJson(text);
        if (response.ok && typeof answer === 'object' && answer !== null) return answer as Answer;
        throw failure(response, answer, text, url + path);
      }).then(({ value }) => value),
    query: <Data>(query: string, variables: Record<string, unknown>) =>
      patiently(options, url, async () => {
        const { response, text } = await post('/graphql', 'application/json', JSON.stringify({ query, variables }));
        const answer = parseJson(text) as { data?: Data | null; errors?: GraphqlError[] } | undefined;
        if (answer?.errors?.length) throw graphqlFailure(answer.errors, response);
        if (response.ok && answer?.data) return answer.data;
        throw failure(response, answer, text, `${url}/graphql`);
      }).then(({ value }) => value),
  };
}

function baseUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new CommandError(`--url ${JSON.stringify(text)} is not an http or https address`);
  return text.replace(/\/+$/, '');
}

/** Try again, waiting longer each time or as long as the service asks, until the patience is spent. */
async function patiently<T>(
  { patienceMs, onRetry }: ClientOptions,
  url: string,
  attempt: () => Promise<T>,
): Promise<{ value: T; attempts: number }> {
  let deadline = Infinity;
  for (let attempts = 1; ; attempts++) {
    try {
      return { value: await attempt(), attempts };
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
      deadline = Math.min(deadline, Date.now() + patienceMs);
      const growing = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)) * (0.75 + Math.random() / 2); // spread, so that clients do not return together
      const waitMs = Math.round(error.retryAfterMs ?? growing);
      if (Date.now() + waitMs > deadline)
        throw new CommandError(`${url} did not answer within ${patienceMs / 1000} s of trying: ${error.message}`);
      onRetry?.(error.message, waitMs);
      await sleep(waitMs);
    }
  }
}

function failure(response: Response, answer: unknown, text: string, address: string): Error {
  const { message, faults } = describe(answer, text);
  const summary = `${address} answered ${response.status}${summaryOf(message, faults)}`;
  if (TRY_AGAIN.has(response.status)) return new Retryable(summary, retryAfterMs(response));
  if (response.ok) return new Retryable(`${address} answered something that is not a result`, null); // cut off on its way
  return new CommandError(summary, listed(faults));
}

interface GraphqlError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; faults?: { path: string; message: string }[]; correlationId?: string };
}
const RETRYABLE_CODES: ReadonlySet<string> = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE']);

function graphqlFailure(errors: GraphqlError[], response: Response): Error {
  const [first] = errors;
  const code = first.extensions?.code ?? '';
  if (RETRYABLE_CODES.has(code)) return new Retryable(first.message, retryAfterMs(response));
  const faults = errors.flatMap(({ message, extensions }) => extensions?.faults?.map((fault) => fault.message) ?? [message]);
  return new CommandError(`the service refused${summaryOf(first.message, faults)}${code === '' ? '' : ` (${code})`}`, listed(faults));
}

/** One fault stands in the line itself; several are counted there and listed below it. */
const summaryOf = (message: string, faults: string[]): string =>
  faults.length > 1 ? `, for ${faults.length} faults` : message === '' ? '' : `: ${message}`;
const listed = (faults: string[]): string[] => (faults.length > 1 ? faults : []);

/** Seconds or a date, as HTTP has it; null when it says nothing that can be read. */
function retryAfterMs(response: Response): number | null {
  const header = response.headers.get('retry-after');
  if (header === null) return null;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isBatchResult = (answer: unknown): answer is BatchResult =>
  typeof answer === 'object' &&
  answer !== null &&
  ['accepted', 'duplicates', 'rejectedTotal'].every((field) => typeof (answer as never)[field] === 'number');

const SHOWN = 300;

/** What an error body says, in the forms that services and the proxies before them use. */
function describe(answer: unknown, text: string): { message: string; faults: string[] } {
  const body = (answer ?? {}) as { message?: unknown; error?: unknown; faults?: unknown; extensions?: { faults?: unknown } };
  const inner = typeof body.error === 'object' && body.error !== null ? (body.error as typeof body) : body;
  const faults = inner.faults ?? inner.extensions?.faults ?? [];
  return {
    message: typeof inner.message === 'string' ? inner.message : text.trim().slice(0, SHOWN),
    faults: Array.isArray(faults) ? faults.map((fault: { message?: string }) => fault.message ?? '') : [],
  };
}

/** The cause that Node hides inside "fetch failed". */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `no answer within ${ANSWER_WITHIN_MS / 1000} s`;
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
