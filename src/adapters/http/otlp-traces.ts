import { type Log } from '../../ports/log.js';
import { type Traces } from '../../ports/traces.js';
import { otlpBody, otlpSpans, traceContext } from './otlp-spans.js';

export interface OtlpTracesOptions {
  /** To which `/v1/traces` is added. */
  endpoint: string;
  headers: Record<string, string>;
  /** Share of the traces that begin here that are told, 0..1; of those that a caller began he decides. */
  share: number;
  log: Log;
  /** How long spans may wait to be sent together. */
  everyMs?: number;
}

const EVERY_MS = 5_000;
const TIMEOUT_MS = 5_000;
const MAX_WAITING = 10_000;
const SERVICE = 'imago';

/**
 * Traces over OTLP/HTTP in JSON, which every collector of OpenTelemetry takes. Spans are made of times already taken, so there is nothing to follow through
 * a request, and the few lines here stand for a dozen packages.
 */
export function createOtlpTraces({ endpoint, headers, share, log, everyMs = EVERY_MS }: OtlpTracesOptions): Traces {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  let waiting: object[] = [];
  let dropped = 0;
  let isAway = false;

  const send = async (spans: readonly object[]): Promise<void> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const body = otlpBody(SERVICE, spans);
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, signal });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
  };
  const flush = async (): Promise<void> => {
    const spans = waiting;
    if (spans.length === 0) return;
    waiting = [];
    try {
      await send(spans);
      if (isAway) log.info({ dropped }, 'traces are taken again');
      [isAway, dropped] = [false, 0];
    } catch (error) {
      dropped += spans.length;
      if (!isAway) log.warn({ err: error }, 'traces are not taken, and are let go of until they are');
      isAway = true;
    }
  };
  let flushing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => void (flushing = flushing.then(flush)), everyMs);
  timer.unref();

  return {
    record(request) {
      const context = traceContext(request.traceparent);
      if (!(context.isSampled ?? Math.random() < share)) return;
      const spans = otlpSpans(request, context);
      if (waiting.length + spans.length > MAX_WAITING) dropped += spans.length;
      else waiting.push(...spans);
    },
    async close() {
      clearInterval(timer);
      await flushing.then(flush);
    },
  };
}
