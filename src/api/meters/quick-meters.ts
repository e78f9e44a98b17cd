import { type Metric, type Registry } from 'prom-client';

/**
 * Counters and histograms for what is counted on every request. Those of prom-client look at names and values of labels anew each time, which took a
 * twentieth of a request; here a series is looked up by its labels' values and counted in plain numbers. They are read by the same registry.
 */
interface Described {
  name: string;
  help: string;
  labelNames?: readonly string[];
  registers: readonly Registry[];
}

interface Value {
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

abstract class Quick<S> {
  readonly name: string;
  readonly help: string;
  private readonly labelNames: readonly string[];
  private readonly series = new Map<string, S>();
  protected readonly labelsOf = new Map<S, Record<string, string>>();

  constructor({ name, help, labelNames = [], registers }: Described) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    // The type names classes of prom-client, of which a registry asks only what is here.
    for (const registry of registers) registry.registerMetric(this as unknown as Metric);
  }

  protected abstract make(): S;
  protected abstract told(series: S, labels: Record<string, string>): Value[];
  protected abstract readonly type: 'counter' | 'histogram';

  /** The series of these values of labels, in the order of their names. It is told from now on, with nothing counted. */
  of(...values: readonly string[]): S {
    const key = values.length === 1 ? values[0] : values.join('\n');
    let found = this.series.get(key);
    if (found === undefined) {
      this.series.set(key, (found = this.make()));
      this.labelsOf.set(found, Object.fromEntries(this.labelNames.map((name, i) => [name, values[i]])));
    }
    return found;
  }

  /** What a registry asks for. */
  get(): Promise<{ name: string; help: string; type: string; values: Value[]; aggregator: 'sum' }> {
    const values = [...this.labelsOf].flatMap(([series, labels]) => this.told(series, labels));
    return Promise.resolve({ name: this.name, help: this.help, type: this.type, values, aggregator: 'sum' });
  }
}

/** How often something was. */
export class Count {
  value = 0;
  inc(by = 1): void {
    this.value += by;
  }
}

export class QuickCounter extends Quick<Count> {
  protected readonly type = 'counter';
  protected make(): Count {
    return new Count();
  }
  protected told({ value }: Count, labels: Record<string, string>): Value[] {
    return [{ labels, value }];
  }
}

/** How often something was how large. */
export class Sizes {
  /** [bounds + 1] by the first bound that is not below, the last for those above all. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let place = 0;
    while (place < this.bounds.length && value > this.bounds[place]) place++;
    this.counts[place]++;
    this.sum += value;
  }
}

export class QuickHistogram extends Quick<Sizes> {
  protected readonly type = 'histogram';
  private readonly bounds: readonly number[];

  constructor({ buckets, ...described }: Described & { buckets: readonly number[] }) {
    super(described);
    this.bounds = buckets;
  }
  protected make(): Sizes {
    return new Sizes(this.bounds);
  }
  protected told({ counts, sum }: Sizes, labels: Record<string, string>): Value[] {
    let count = 0;
    const buckets = [...this.bounds, '+Inf'].map((le, i): Value => {
      count += counts[i];
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [...buckets, { metricName: `${this.name}_sum`, labels, value: sum }, { metricName: `${this.name}_count`, labels, value: count }];
  }
}
