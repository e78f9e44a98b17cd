import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Runs the fuzzing of the suite for longer, documents and bytes each so long: `npm run fuzz -- --minutes 10`, and again from a seed that it named with `--seed`. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } } });
if (!(Number(values.minutes) > 0)) throw new Error(`--minutes ${values.minutes} is not a number above 0`);
const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  'node_modules/jest/bin/jest.js',
  '--selectProjects',
  'embedded',
  '--runInBand',
  'test/e2e/fuzz',
  'test/e2e/http-fuzz',
];
const env = { ...process.env, FUZZ_MINUTES: values.minutes, ...(values.seed !== undefined && { FUZZ_SEED: values.seed }) };
process.exitCode = spawnSync(process.execPath, jest, { stdio: 'inherit', env }).status ?? 1;
