import { createOtlpTraces, type OtlpTracesOptions } from '../adapters/http/otlp-traces.js';
import { type Traces } from '../ports/traces.js';

/** Where it is told how requests went; null where nobody asked. */
export const openTraces = (target: Pick<OtlpTracesOptions, 'endpoint' | 'headers' | 'share'> | null, log: OtlpTracesOptions['log']): Traces | null =>
  target && createOtlpTraces({ ...target, log }); // prettier-ignore
