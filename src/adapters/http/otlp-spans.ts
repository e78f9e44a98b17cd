import { randomBytes } from 'node:crypto';
import { type RequestSpan } from '../../ports/traces.js';

/** Where a span belongs. */
export interface TraceContext {
  traceId: string;
  parentSpanId: string | null;
  /** What the caller decided; null leaves it to us. */
  isSampled: boolean | null;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NANOS_A_MS = 1_000_000n;
const [INTERNAL, SERVER] = [1, 2];
const ERROR = 2;

const newId = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Read `traceparent`; one that cannot be read begins a trace of its own, as W3C Trace Context asks. */
export function traceContext(traceparent: string | null): TraceContext {
  const match = TRACEPARENT.exec(traceparent ?? '');
  if (!match || (match[1] === '00' && match[5] !== undefined)) return { traceId: newId(16), parentSpanId: null, isSampled: null };
  return { traceId: match[2], parentSpanId: match[3], isSampled: (parseInt(match[4], 16) & 1) === 1 };
}

/** Whole nanoseconds do not fit into a number. */
const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * (NANOS_A_MS / 1000n));

const valueOf = (value: string | number): object =>
  typeof value === 'string' ? { stringValue: value } : Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };

const attributesOf = (attributes: RequestSpan['attributes']): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

/** A request and its stages as spans of OTLP in JSON. */
export function otlpSpans(request: RequestSpan, { traceId, parentSpanId }: TraceContext): object[] {
  const { name, startedAt, ms, failed, attributes, stages } = request;
  const spanId = newId(8);
  let at = startedAt;
  const below = stages.map((stage) => {
    const startTimeUnixNano = nanos(at);
    at += stage.ms;
    return {
      traceId,
      spanId: newId(8),
      parentSpanId: spanId,
      name: stage.name,
      kind: INTERNAL,
      startTimeUnixNano,
      endTimeUnixNano: nanos(at),
    };
  });
  const whole = {
    traceId,
    spanId,
    ...(parentSpanId !== null && { parentSpanId }),
    name,
    kind: SERVER,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(startedAt + ms),
    attributes: attributesOf(attributes),
    ...(failed && { status: { code: ERROR } }),
  };
  return [whole, ...below];
}

/** What is sent: spans of one service. */
export const otlpBody = (service: string, spans: readonly object[]): string =>
  JSON.stringify({
    resourceSpans: [
      { resource: { attributes: attributesOf({ 'service.name': service }) }, scopeSpans: [{ scope: { name: service }, spans }] },
    ],
  });
