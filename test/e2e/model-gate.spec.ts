import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/program.js';
import { type ModelManifest } from '../../src/core/scoring/intent-model.js';
import { eventually } from '../support/eventually.js';
import { BIAS, changedFile, FEATURES, goodFile, manifestOf, WEIGHTS } from '../support/model-files.js';
import { denseToScores, floatTensor, graphOf, int64Tensor, linearModel, modelFile, node } from '../support/onnx-files.js';
import { startTestService, type TestService } from '../support/service.js';

const VERSION = `query ($v: String!) { modelVersion(version: $v) { status sizeBytes uploadedBy checks { name passed advisory detail value limit } } }`;
interface Judged {
  status: string;
  sizeBytes: number;
  uploadedBy: string;
  checks: { name: string; passed: boolean; advisory: boolean; detail: string }[];
}

describe('the gate of models', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    const items = Array.from({ length: 30 }, (_, i) => ({ id: `item-${i}`, kind: 'PRODUCT', title: `Thing ${i}`, categories: ['things'], price: 5 + i, currency: 'CNY' })); // prettier-ignore
    await service.ask('mutation ($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', { i: items });
  });
  afterAll(() => service.stop());

  async function upload(manifest: ModelManifest, file: Uint8Array): Promise<number> {
    const form = new FormData();
    form.append('manifest', new Blob([JSON.stringify(manifest)]), 'manifest.json');
    form.append('model', new Blob([new Uint8Array(file)]), 'model.onnx');
    return (await service.http('/models/intent/versions', { method: 'POST', body: form })).status;
  }
  const look = async (version: string) => (await service.ask<{ modelVersion: Judged | null }>(VERSION, { v: version })).modelVersion;
  const verdict = (version: string) =>
    eventually(async () => {
      const judged = await look(version);
      if (judged === null || judged.status === 'VALIDATING') throw new Error(`${version} is not judged yet`);
      return judged;
    }, 25_000);
  const failed = ({ checks }: Judged) => checks.filter(({ passed, advisory }) => !passed && !advisory).map(({ name }) => name);

  it('finds a sound model READY with every check that there is, and soon', async () => {
    expect(await upload(manifestOf('good', { monotone: { [FEATURES[0]]: 1 } }), goodFile())).toBe(201);
    const judged = await verdict('good');
    expect([judged.status, failed(judged)]).toEqual(['READY', []]);
    expect(judged).toMatchObject({ sizeBytes: goodFile().length, uploadedBy: 'local' });
    expect(judged.checks.map(({ name }) => name)).toEqual([
      'PARSE', 'VERSION', 'EXTERNAL_DATA', 'OPERATOR', 'LIMIT', 'SHAPE', 'SIGNATURE', 'FEATURE', 'LOAD', 'GOLDEN', 'FINITE', 'RANGE', 'CONSTANT', 'DETERMINISTIC',
      'BATCH', 'PERMUTATION', 'FUNNEL', 'MONOTONE', 'CALIBRATION', 'LATENCY', 'MEMORY', 'REPLAY',
    ]); // prettier-ignore
    expect(judged.checks.find(({ name }) => name === 'REPLAY')).toMatchObject({ passed: true, advisory: true });
  });

  it('takes the same version again, and refuses it with other bytes', async () => {
    expect(await upload(manifestOf('good', { monotone: { [FEATURES[0]]: 1 } }), goodFile())).toBe(201);
    expect(await upload(manifestOf('good', { monotone: { [FEATURES[0]]: 1 } }), linearModel(3, WEIGHTS, [0, 0, 0]))).toBe(409);
    expect(await look('good')).toMatchObject({ status: 'READY' });
  });

  it('names every fault of a manifest', async () => {
    const manifest = {
      ...manifestOf('../../x'),
      heads: ['click', 'click', 'buy'],
      featureNames: ['no.such.feature'],
      golden: { dense: [], scores: [] },
    };
    const form = new FormData();
    form.append('manifest', JSON.stringify(manifest));
    form.append('model', new Blob([new Uint8Array(goodFile())]), 'model.onnx');
    const answer = await service.http('/models/intent/versions', { method: 'POST', body: form });
    expect(answer.status).toBe(422);
    const { error } = (await answer.json()) as { error: { faults: { path: string; message: string }[] } };
    expect(error.faults.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['version', 'heads.1', 'heads.2', 'featureNames.0', 'golden.scores']) as string[],
    );
    expect(error.faults.find(({ path }) => path === 'featureNames.0')!.message).toContain('no.such.feature');
  });

  it.each(['..%2f..%2fetc', 'Intent', 'a%20b', '%00', 'x'.repeat(100)])('refuses a model named %s', async (name) => {
    const form = new FormData();
    form.append('manifest', JSON.stringify(manifestOf('v')));
    form.append('model', new Blob([new Uint8Array(goodFile())]), 'model.onnx');
    const { status } = await service.http(`/models/${name}/versions`, { method: 'POST', body: form });
    expect([400, 404, 414, 422]).toContain(status);
  });

  it('goes on serving while it looks at hostile models, and refuses each by the check that finds it', async () => {
    const zeros = (rows: number, columns: number, name: string) => floatTensor(name, [rows, columns], new Float32Array(rows * columns));
    const slow = modelFile(
      graphOf({
        ...denseToScores(3, 3),
        initializers: [floatTensor('w', [3, 3], WEIGHTS), floatTensor('b', [3], BIAS), zeros(3, 3072, 'A'), zeros(3072, 3072, 'B'), zeros(3072, 1, 'C')],
        nodes: [
          node('MatMul', ['dense', 'w'], ['m']), node('Add', ['m', 'b'], ['z']), node('MatMul', ['dense', 'A'], ['a']), node('MatMul', ['a', 'B'], ['bb']),
          node('MatMul', ['bb', 'C'], ['c']), node('Add', ['z', 'c'], ['y']), node('Sigmoid', ['y'], ['scores']),
        ],
      }),
    ); // prettier-ignore
    const big = changedFile(
      // Small constants, each within the limits, that multiply to 8 GiB when it runs.
      [
        node('Expand', ['z', 'one'], ['e1']), node('Expand', ['e1', 'two'], ['e2']), node('ReduceMax', ['e2'], ['r']), node('Add', ['z', 'r'], ['y']), node('Sigmoid', ['y'], ['scores']),
      ],
      { initializers: [int64Tensor('one', [3], [2_000, 1, 1]), int64Tensor('two', [4], [2_000, 1, 1, 1])] },
    ); // prettier-ignore
    expect(await upload(manifestOf('slow'), slow)).toBe(201);
    expect(await upload(manifestOf('big'), big)).toBe(201);
    expect(await upload(manifestOf('other'), linearModel(3, WEIGHTS, [0, -1, -2]))).toBe(201);
    let feeds = 0;
    for (let judging = true; judging;) {
      const { feed } = await service.ask<{ feed: { items: unknown[] } }>('{ feed(input: {first: 5}) { items { position } } }');
      expect(feed.items).toHaveLength(5);
      feeds++;
      judging = (await look('other'))!.status === 'VALIDATING';
    }
    expect(feeds).toBeGreaterThan(20);
    expect(failed(await verdict('slow'))).toEqual(['LATENCY']);
    const ofBig = failed(await verdict('big'));
    expect(ofBig.some((name) => ['MEMORY', 'LOAD', 'GOLDEN', 'FINITE', 'BATCH'].includes(name))).toBe(true);
    expect(failed(await verdict('other'))).toEqual(['GOLDEN']);
  });

  it('judges after a restart what an earlier process left', async () => {
    expect(await upload(manifestOf('left'), goodFile())).toBe(201);
    await service.restart();
    expect((await verdict('left')).status).toBe('READY');
  });

  it('is told of by the command line, check by check', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imago-push-'));
    const push = async (manifest: ModelManifest, file: Uint8Array) => {
      await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
      await writeFile(join(folder, 'model.onnx'), file);
      const lines: string[] = [];
      const output = { out: (text: string) => void lines.push(text), note: (text: string) => void lines.push(text) };
      const code = await run(['node', 'imago', '--url', service.url, 'models', 'push', folder], {
        output,
        now: Date.now,
        isTerminal: false,
      });
      return { code, text: lines.join('\n') };
    };
    const sound = await push(manifestOf('pushed'), goodFile());
    expect([sound.code, sound.text]).toEqual([0, expect.stringContaining('intent pushed is READY')]);
    expect(sound.text.match(/^ {2}ok/gm)).toHaveLength(22);
    const wrong = await push(manifestOf('pushed-2'), linearModel(3, WEIGHTS, [0, -1, -2]));
    expect([wrong.code, wrong.text]).toEqual([1, expect.stringMatching(/FAILED {2}GOLDEN[^]*intent pushed-2 is REJECTED/)]);
    const broken = await push({ ...manifestOf('pushed-3'), heads: [] }, goodFile());
    expect([broken.code, broken.text]).toEqual([1, expect.stringContaining('heads')]);
    await rm(folder, { recursive: true });
  });
});
