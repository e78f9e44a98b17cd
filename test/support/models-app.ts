import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxRuntime, type OnnxRuntimeOptions } from '../../src/adapters/onnx/runtime.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { type KeptLog, keptLog } from './kept-log.js';
import * as onnx from './onnx-files.js';
import { createTestDatabase } from './postgres.js';
import { goldenRows, TEST_HEADS, type TestModel, testModel } from './test-model.js';

export const ITEMS = 60;
export const priceOf = (i: number): number => 1 + i;
/** The only feature of the models below: what it is of an item is known. */
export const PRICE = 'item.price_log@1';

export interface ModelsApp extends RunningApp {
  binding: Binding;
  log: KeptLog;
  /** Keep a version as READY, past the gate. */
  put(model: Pick<TestModel, 'manifest' | 'file'>): Promise<void>;
  champion(version: string | null, surface?: string): Promise<void>;
  setPrice(item: number, price: number): Promise<void>;
  stop(): Promise<void>;
}

/** The service without its edge, over a database of its own, with some goods in it. */
export async function openModelsApp(runtime: OnnxRuntimeOptions = {}): Promise<ModelsApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-models-'));
  const clock = (): number => Date.now();
  const log = keptLog();
  const opened = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock, log });
  const modelRuntime = createOnnxRuntime(runtime);
  const binding: Binding = { ...opened, modelRuntime };
  const options = {
    purposes: new Set(PURPOSES),
    timeZone: 'UTC',
    currency: 'CNY',
    locales: ['en'],
    clock,
    stopwatch: () => performance.now(),
  };
  const running = await createApp(binding, options);
  const item = (i: number, price: number) => ({
    id: `i${i}`, kind: 'PRODUCT', title: `Item ${i}`, categories: [`c${i % 5}`, `c${i % 5}-${i % 3}`], brand: `b${i % 4}`, price,
    createdAt: new Date(clock() - (i + 1) * 86_400_000).toISOString(),
  }); // prettier-ignore
  await running.app.upsertItems(Array.from({ length: ITEMS }, (_, i) => item(i, priceOf(i))));
  return {
    ...running,
    binding,
    log,
    async put({ manifest, file }) {
      const { name, version } = manifest;
      await binding.modelStore.create({ name, version, sha256: version, uploadedBy: 'test', manifest, file });
      await binding.modelStore.judge(name, version, [], 'READY');
    },
    async champion(version, surface) {
      await running.app.assignModelRole({ name: 'intent', role: 'CHAMPION', version, surface, reason: 'a test' }, 'test');
    },
    setPrice: async (i, price) => void (await running.app.upsertItems([item(i, price)])),
    async stop() {
      await running.close();
      await modelRuntime.close();
      await opened.close();
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}

const SLOPE = 0.1;

/** `click = sigmoid(bias + 0.1 * ln(1 + price))`, so that the version of a page can be told from any of its items. */
export const priceModel = (version: string, bias: number): TestModel =>
  testModel({ version, featureNames: [PRICE], weightOf: () => SLOPE, bias });

export const clickOf = (price: number, bias: number): number => 1 / (1 + Math.exp(-(bias + SLOPE * Math.log1p(price))));

/** What it does when the dearest of the candidates costs more than e^12: the model is told by a price when to fail. */
export type Trouble = 'absurd' | 'hanging';

/** A model that is sound until something is as dear as that. */
export function troubledModel(version: string, trouble: Trouble): Pick<TestModel, 'manifest' | 'file'> {
  const featureNames = [PRICE];
  const { manifest, weights, bias } = testModel({ version, featureNames, weightOf: () => SLOPE, bias: -1 });
  const sound = [
    onnx.node('MatMul', ['dense', 'weights'], ['m']),
    onnx.node('Add', ['m', 'bias'], ['z']),
    onnx.node('Sigmoid', ['z'], ['s']),
    onnx.node('ReduceMax', ['dense'], ['most'], [onnx.intAttribute('keepdims', 0)]),
    onnx.node('Sub', ['most', 'bound'], ['over']),
    onnx.node('Relu', ['over'], ['excess']),
  ];
  const body = onnx.graphOf({
    nodes: [onnx.node('Identity', ['go'], ['go_on']), onnx.node('Identity', ['v'], ['v_out'])],
    inputs: [onnx.valueInfo('i', [], onnx.INT64), onnx.valueInfo('go', [], onnx.BOOL), onnx.valueInfo('v', ['N', 3])],
    outputs: [onnx.valueInfo('go_on', [], onnx.BOOL), onnx.valueInfo('v_out', ['N', 3])],
  });
  const nodes =
    trouble === 'absurd'
      ? [...sound, onnx.node('Add', ['s', 'excess'], ['scores'])]
      : [
          ...sound,
          onnx.node('Mul', ['excess', 'long'], ['trips_float']),
          onnx.node('Cast', ['trips_float'], ['trips'], [onnx.intAttribute('to', onnx.INT64)]),
          onnx.node('Loop', ['trips', 'yes', 's'], ['scores'], [onnx.graphAttribute('body', body)]),
        ];
  const file = onnx.modelFile(
    onnx.graphOf({
      ...onnx.denseToScores(1, TEST_HEADS.length),
      initializers: [
        onnx.floatTensor('weights', [1, 3], weights),
        onnx.floatTensor('bias', [3], bias),
        onnx.floatTensor('bound', [], [12]),
        onnx.floatTensor('long', [], [1e12]),
        onnx.boolTensor('yes', [], [true]),
      ],
      nodes,
    }),
  );
  const dense = goldenRows(featureNames);
  return { manifest: { ...manifest, golden: { dense, scores: onnx.linearScores(dense, weights, bias) } }, file };
}
