import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { createOnnxRuntime } from '../../src/adapters/onnx/runtime.js';
import { columnOf } from '../../src/core/features/catalogue.js';
import { checkFile } from '../../src/core/scoring/models/check-file.js';
import { readManifest } from '../../src/core/scoring/models/read-manifest.js';

const ROOT = 'models/intent';
const KIB = 1024;
const NOTHING_WRONG = [] as unknown[];

const versions = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(versions.map(({ name }) => name))('the shipped model %s', (version) => {
  const folder = join(ROOT, version);
  const file = readFileSync(join(folder, 'model.onnx'));
  const { manifest, faults } = readManifest('intent', JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));

  it('says of itself what the service asks for, and names features that exist', () => {
    expect([faults, manifest.version]).toEqual([NOTHING_WRONG, version]);
    expect(manifest.featureNames.filter((name) => columnOf(name) === undefined)).toEqual([]);
  });

  it('passes what the gate reads from the file', () => {
    const { checks } = checkFile(manifest, file);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(file.length).toBeLessThanOrEqual(64 * KIB);
  });

  it('answers its golden batch in the runtime that serves it', async () => {
    const session = await ort.InferenceSession.create(file);
    const dense = manifest.golden.dense as number[][];
    const feeds = { dense: new ort.Tensor('float32', Float32Array.from(dense.flat()), [dense.length, manifest.featureNames.length]) };
    const scores = (await session.run(feeds)).scores.data as Float32Array;
    await session.release();
    manifest.golden.scores.flat().forEach((score, i) => expect(Math.abs(scores[i] - score)).toBeLessThan(1e-5));
  });

  it('loads as a champion would, and never lets a later step of the funnel be likelier', async () => {
    const runtime = createOnnxRuntime();
    const model = await runtime.load(manifest, file);
    const dense = Float32Array.from((manifest.golden.dense as number[][]).flat());
    const scores = await model.predict({ rows: manifest.golden.scores.length, dense }, 10_000);
    await runtime.close();
    const width = manifest.heads.length;
    for (let i = 0; i < scores.length; i++) if (i % width > 0) expect(scores[i]).toBeLessThanOrEqual(scores[i - 1] + 1e-7);
  });

  it('has a card', () => {
    expect(readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8')).toContain('Complete Journey');
  });
});
