/** One request as a trace shows it: a span, and below it one for each stage of its pages, one after the other. */
export interface RequestSpan {
  name: string;
  /** Epoch ms. */
  startedAt: number;
  ms: number;
  /** What the caller said of the trace that it is part of, in the words of W3C Trace Context; null where he said nothing. */
  traceparent: string | null;
  /** Whether it failed for a reason of ours. */
  failed: boolean;
  /** Of requests, never of people. */
  attributes: Record<string, string | number>;
  stages: readonly { name: string; ms: number }[];
}

/** Where it is told how requests went. Guarantees: what is told costs a request no waiting, and what cannot be told is let go of. */
export interface Traces {
  record(span: RequestSpan): void;
  /** Tell what is left, for at most as long as one try takes. */
  close(): Promise<void>;
}
