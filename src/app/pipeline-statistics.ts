import { type ComponentTrace } from '../core/page.js';

const WINDOW_MS = 5 * 60_000;
const MAX_SAMPLES = 2_048;

interface Sample {
  at: number;
  ms: number;
  in: number;
  out: number;
}

interface Samples {
  ring: Sample[];
  next: number;
}

export interface ComponentStatistics {
  p50Ms: number;
  p99Ms: number;
  /** Means per request. */
  in: number;
  out: number;
}

/** What the components of the pipeline did in the last five minutes: at most the latest 2,048 requests each. */
export function createPipelineStatistics() {
  // By stage and then by name: to put a key together for each of forty components costs more than all else here.
  const samplesByStage = new Map<string, Map<string, Samples>>();

  return {
    observe(trace: ComponentTrace[], at: number): void {
      for (const { stage, name, ms, in: before, out } of trace) {
        let samplesByName = samplesByStage.get(stage);
        if (!samplesByName) samplesByStage.set(stage, (samplesByName = new Map<string, Samples>()));
        let samples = samplesByName.get(name);
        if (!samples) samplesByName.set(name, (samples = { ring: [], next: 0 }));
        samples.ring[samples.next] = { at, ms, in: before, out };
        samples.next = (samples.next + 1) % MAX_SAMPLES;
      }
    },
    /** Null when it did not run in the window. */
    of(stage: string, name: string, now: number): ComponentStatistics | null {
      const recent =
        samplesByStage
          .get(stage)
          ?.get(name)
          ?.ring.filter(({ at }) => at > now - WINDOW_MS) ?? [];
      if (recent.length === 0) return null;
      const times = recent.map(({ ms }) => ms).sort((a, b) => a - b);
      const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))];
      const mean = (of: (sample: Sample) => number): number => recent.reduce((sum, sample) => sum + of(sample), 0) / recent.length;
      return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), in: mean((sample) => sample.in), out: mean((sample) => sample.out) };
    },
  };
}
export type PipelineStatistics = ReturnType<typeof createPipelineStatistics>;
