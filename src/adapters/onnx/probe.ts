import { seededRandom } from '../../core/random.js';
import { type ModelInputs, type ModelManifest } from '../../core/scoring/intent-model.js';
import { type ModelCheck, type ModelCheckName } from '../../core/scoring/model-record.js';
import * as checks from '../../core/scoring/models/probe-checks.js';
import { pickRows, PROBE_ROWS, type ProbeInputs, probeInputs, sweepsOf } from '../../core/scoring/models/probe-inputs.js';
import { type ModelShape } from '../../core/scoring/models/signature.js';
import { type ModelProbe } from '../../ports/model-runtime.js';
import { ProbeChild, ProbeEnded, RunFault } from './probe-child.js';
import { feedsOf } from './runtime-feeds.js';

/** For one answer; a shared machine may be several times slower than it should be. */
const ANSWER_MS = 15_000;
const LOAD_MS = 30_000;
const ALL_MS = 90_000;
const WARM_RUNS = 5;
const ROUND_RUNS = 50;
const MAX_ROUNDS = 6;
const SEED = 20_261_121;

/** Looks at files in processes of their own, one each. */
export function createOnnxProbe(): ModelProbe {
  return {
    async probe(manifest, shape, file, onCheck) {
      const child = await ProbeChild.start(file);
      const run = new ProbeRun(child, manifest, shape, onCheck);
      const late = setTimeout(() => void child.close(), ALL_MS);
      try {
        await run.all();
      } catch (error) {
        if (!(error instanceof ProbeEnded)) throw error;
      } finally {
        clearTimeout(late);
        await child.close();
      }
      return run.found;
    },
    async score(manifest, shape, file, batches) {
      const child = await ProbeChild.start(file);
      const run = new ProbeRun(child, manifest, shape, () => undefined);
      try {
        const scores: Float32Array[] = [];
        for (const inputs of batches) scores.push(await run.ask(inputs));
        return scores;
      } catch (error) {
        if (error instanceof ProbeEnded || error instanceof RunFault) return null;
        throw error;
      } finally {
        await child.close();
      }
    },
  };
}

/** One file being asked, check after check. What a check throws is what it found; once the process is gone, that was the last. */
class ProbeRun {
  readonly found: ModelCheck[] = [];
  private readonly inputs: ProbeInputs;
  private readonly answers = new Map<ModelInputs, Promise<Float32Array>>();

  constructor(
    private readonly child: ProbeChild,
    private readonly manifest: ModelManifest,
    private readonly shape: ModelShape,
    private readonly onCheck: (check: ModelCheck) => void,
  ) {
    this.inputs = probeInputs(manifest, shape, seededRandom(SEED));
  }

  async all(): Promise<void> {
    const { manifest, inputs } = this;
    const { heads } = manifest;
    if (!(await this.check('LOAD', () => this.load()))) return;
    await this.check('GOLDEN', async () => checks.goldenCheck(manifest, await this.once(inputs.golden)));
    await this.check('FINITE', async () => checks.finiteCheck(await this.outputs()));
    await this.check('RANGE', async () => checks.rangeCheck(await this.outputs()));
    await this.check('CONSTANT', async () =>
      checks.constantCheck(heads, [await this.once(inputs.golden), await this.once(inputs.typical)]),
    );
    await this.check('DETERMINISTIC', async () =>
      checks.sameCheck('DETERMINISTIC', 'the same asked twice', await this.once(inputs.typical), await this.ask(inputs.typical)),
    );
    await this.check('BATCH', () => this.batch());
    await this.check('PERMUTATION', () => this.permutation());
    await this.check('FUNNEL', async () => checks.funnelCheck(heads, await this.once(inputs.typical)));
    await this.check('MONOTONE', () => this.monotone());
    await this.check('LATENCY', () => this.latency());
    await this.check('MEMORY', () => this.memory());
  }

  /** @throws RunFault for another number of scores than candidates times heads */
  async ask(inputs: ModelInputs): Promise<Float32Array> {
    const { scores, dims } = await this.child.run(feedsOf(this.shape, inputs), 1, ANSWER_MS);
    const wanted = [inputs.rows, this.manifest.heads.length];
    if (dims.length === 2 && dims[0] === wanted[0] && dims[1] === wanted[1] && scores.length === wanted[0] * wanted[1]) return scores;
    throw new RunFault(`scores have the shape [${dims.join(', ')}]; [${wanted.join(', ')}] was asked for`);
  }
  private once(inputs: ModelInputs): Promise<Float32Array> {
    const asked = this.answers.get(inputs) ?? this.ask(inputs);
    this.answers.set(inputs, asked);
    return asked;
  }
  private async outputs(): Promise<Map<string, Float32Array>> {
    const outputs = new Map<string, Float32Array>();
    for (const [what, inputs] of Object.entries(this.inputs) as [string, ModelInputs][]) outputs.set(what, await this.once(inputs));
    return outputs;
  }

  private async check(name: ModelCheckName, look: () => Promise<ModelCheck>): Promise<boolean> {
    const { check, ended } = await look().then(
      (found) => ({ check: found, ended: null }),
      (error: unknown) => {
        if (error instanceof RunFault) return { check: checks.measured(name, false, error.message), ended: null };
        if (!(error instanceof ProbeEnded)) throw error;
        const blamed = error.because === 'memory' ? 'MEMORY' : name;
        return { check: { ...checks.measured(blamed, false, error.message), advisory: false }, ended: error };
      },
    );
    this.found.push(check);
    this.onCheck(check);
    if (ended) throw ended;
    return check.passed;
  }

  private async load(): Promise<ModelCheck> {
    const { peakMib } = await this.child.memory(LOAD_MS);
    return checks.measured('LOAD', true, `loaded; the process has ${Math.round(peakMib)} MiB`);
  }

  private async batch(): Promise<ModelCheck> {
    const { typical } = this.inputs;
    const heads = this.manifest.heads.length;
    const all = await this.once(typical);
    const parts: [string, number[]][] = [
      ['a row alone', [0]],
      ['the last row alone', [PROBE_ROWS - 1]],
      ['7 rows', [0, 1, 2, 3, 4, 5, 6]],
    ];
    let worst: ModelCheck | null = null;
    for (const [what, rows] of parts) {
      const alone = await this.ask(pickRows(typical, rows));
      const among = Float32Array.from(rows.flatMap((row) => [...all.subarray(row * heads, (row + 1) * heads)]));
      const check = checks.sameCheck('BATCH', `${what} and the same among ${PROBE_ROWS}`, alone, among);
      if (worst === null || !check.passed) worst = check;
      if (!check.passed) break;
    }
    return worst?.passed ? { ...worst, detail: `1, 7 and ${PROBE_ROWS} rows agree` } : worst!;
  }

  private async permutation(): Promise<ModelCheck> {
    const { typical } = this.inputs;
    const heads = this.manifest.heads.length;
    // 211 has no factor in common with 500, so this is every row once.
    const order = Array.from({ length: PROBE_ROWS }, (_, i) => (i * 211 + 17) % PROBE_ROWS);
    const all = await this.once(typical);
    const shuffled = await this.ask(pickRows(typical, order));
    const wanted = Float32Array.from(order.flatMap((row) => [...all.subarray(row * heads, (row + 1) * heads)]));
    return checks.sameCheck('PERMUTATION', 'candidates in another order', shuffled, wanted);
  }

  private async monotone(): Promise<ModelCheck> {
    const found: { feature: string; wrong: number; steps: number; worst: number }[] = [];
    for (const sweep of sweepsOf(this.manifest, this.inputs.typical))
      found.push({ feature: sweep.feature, ...checks.countAgainst(sweep, this.manifest.heads, await this.ask(sweep.inputs)) });
    return checks.monotoneCheck(found);
  }

  private async latency(): Promise<ModelCheck> {
    const feeds = feedsOf(this.shape, this.inputs.typical);
    const warm = await this.child.run(feeds, WARM_RUNS, ANSWER_MS);
    if (checks.isHopeless(warm.ms)) return checks.latencyCheck([warm.ms]);
    const rounds: number[][] = [];
    while (rounds.length < MAX_ROUNDS && !checks.isLatencyClear(rounds))
      rounds.push((await this.child.run(feeds, ROUND_RUNS, ANSWER_MS)).ms);
    return checks.latencyCheck(rounds);
  }

  private async memory(): Promise<ModelCheck> {
    const { startMib, peakMib } = await this.child.memory(ANSWER_MS);
    return checks.memoryCheck(peakMib - startMib);
  }
}
