import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folderOf, removeFolder } from './folders.js';
import { seededRandom } from '../../src/core/random.js';

const run = promisify(execFile);
const DAY_S = 86_400;
const PATIENCE_MS = 120_000;
const SHIPPED = join('models/intent', readdirSync('models/intent')[0]);

let shop: string;

async function evaluate(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await run(process.execPath, ['--import', './test/support/ts-loader.mjs', 'src/cli/evaluate.ts', ...args]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

beforeAll(async () => {
  const random = seededRandom(3);
  const upTo = (n: number): number => Math.floor(random() * n);
  const lines = Array.from({ length: 500 }, (_, i) => `u${upTo(30)},i${Math.min(upTo(40), upTo(40))},purchase,${i * DAY_S},1`);
  shop = await folderOf({ 'events.csv': `user_id,item_id,type,ts,value\n${lines.join('\n')}\n` });
});
afterAll(() => removeFolder(shop));

describe('npm run evaluate with a model', () => {
  it(
    'ranks by the model and tells its ratio to every other method, and how it fares with what is hardly known',
    async () => {
      const { code, text } = await evaluate(shop, '--protocol', 'next-event', '--methods', 'rules,popularity,model', '--model', SHIPPED);
      expect(code).toBe(0);
      expect(text).toMatch(/\| model \/ rules \| \d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\] \| \d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\] \|/);
      expect(text).toContain('| model / popularity |');
      expect(text).toContain('| fewer than 10 people |');
      expect(text).toMatch(/ranked by intent \d{4}/);
    },
    PATIENCE_MS,
  );

  it(
    'says what a folder lacks, and that there is no such method without a model',
    async () => {
      const missing = await evaluate(shop, '--protocol', 'next-event', '--model', shop);
      expect([missing.code, missing.text]).toEqual([1, expect.stringContaining('which holds no model.onnx')]);
      const none = await evaluate(shop, '--protocol', 'next-event', '--methods', 'model');
      expect([none.code, none.text]).toEqual([1, expect.stringContaining('--methods names "model"')]);
    },
    PATIENCE_MS,
  );
});
