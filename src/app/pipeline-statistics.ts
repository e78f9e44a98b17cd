import { type ComponentTrace } from '../core/page.js';

const WINDOW_MS = 5 * 60_000;
const MAX_SAMPLES = 2_048;

/** The latest requests of one component, in a ring. Columns, since an object for each of forty components would outlive every request. */
class Samples {
  readonly at = new Float64Array(MAX_SAMPLES).fill(-Infinity);
  readonly ms = new Float32Array(MAX_SAMPLES);
  readonly in = new Float32Array(MAX_SAMPLES);
  readonly out = new Float32Array(MAX_SAMPLES);
  private next = 0;

  add({ ms, in: before, out }: ComponentTrace, at: number): void {
    const place = this.next;
    this.at[place] = at;
    this.ms[place] = ms;
    this.in[place] = before;
    this.out[place] = out;
    this.next = (place + 1) % MAX_SAMPLES;
  }
  /** Places of what came after an instant. */
  since(at: number): number[] {
    return Array.from(this.at.keys()).filter((place) => this.at[place] > at);
  }
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
      for (const component of trace) {
        let samplesByName = samplesByStage.get(component.stage);
        if (!samplesByName) samplesByStage.set(component.stage, (samplesByName = new Map<string, Samples>()));
        let samples = samplesByName.get(component.name);
        if (!samples) samplesByName.set(component.name, (samples = new Samples()));
        samples.add(component, at);
      }
    },
    /** Null when it did not run in the window. */
    of(stage: string, name: string, now: number): ComponentStatistics | null {
      const samples = samplesByStage.get(stage)?.get(name);
      const recent = samples?.since(now - WINDOW_MS) ?? [];
      if (!samples || recent.length === 0) return null;
      const times = Float32Array.from(recent, (place) => samples.ms[place]).sort();
      const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))];
      const mean = (column: Float32Array): number => recent.reduce((sum, place) => sum + column[place], 0) / recent.length;
      return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), in: mean(samples.in), out: mean(samples.out) };
    },
  };
}
export type PipelineStatistics = ReturnType<typeof createPipelineStatistics>;
