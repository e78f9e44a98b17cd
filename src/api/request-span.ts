import { type PageMaking, SERVING_STAGES } from '../app/page-making.js';
import { type RequestSpan } from '../ports/traces.js';
import { type RequestFacts } from './request-facts.js';

interface Finished {
  facts: RequestFacts;
  method: string;
  status: number;
  ms: number;
  /** Epoch ms. */
  endedAt: number;
  traceparent: string | string[] | undefined;
}

const stagesOf = ({ msByStage }: PageMaking): RequestSpan['stages'] =>
  SERVING_STAGES.flatMap((name) => (msByStage[name] === undefined ? [] : [{ name, ms: msByStage[name] }]));

/** A finished request as a trace shows it: what it was about, and of nobody. */
export function requestSpan({ facts, method, status, ms, endedAt, traceparent }: Finished): RequestSpan {
  const [feed] = facts.feeds;
  return {
    name: facts.operation,
    startedAt: endedAt - ms,
    ms,
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    failed: status >= 500 || facts.errors.includes('INTERNAL'),
    attributes: {
      'http.request.method': method,
      'http.response.status_code': status,
      ...(facts.errors.length > 0 && { 'imago.errors': facts.errors.join(',') }),
      ...(feed && {
        'imago.feed_id': feed.feedId,
        'imago.scorer': feed.scorer,
        'imago.candidates': feed.candidates,
        'imago.items': feed.items,
        'imago.degraded': feed.degraded.join(','),
      }),
    },
    stages: facts.makings.flatMap(stagesOf),
  };
}
