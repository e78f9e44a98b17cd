import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { testModel } from '../support/test-model.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { file } = testModel({ featureNames: ['item.freshness@1'], weightOf: () => 1 });
/** What lets plain Node run the sources leaves its own there. */
const COMPILER = /^swc-native/;
const INLINE = `
  import { openInlineRunner } from '${pathToFileURL(at('src/adapters/onnx/runtime-inline.ts')).href}';
  process.once('message', ({ file }) => openInlineRunner(file).then(() => process.send({ opened: true })));`;

/** What opens a model: its arguments, and how it is given one. */
const PROCESSES: [string, string[], (child: ChildProcess) => void][] = [
  [
    'the service itself',
    ['--import', at('test/support/ts-loader.mjs'), '--input-type=module', '--eval', INLINE],
    (child) => child.send({ file }),
  ],
  ['the process of a slow model', [at('src/adapters/onnx/model-process.mjs')], (child) => child.send({ file })],
  [
    'the process that tries an uploaded file',
    [at('src/adapters/onnx/probe-process.mjs'), String(file.length)],
    (child) => {
      child.stdin!.end(file);
      child.send({ memory: true });
    },
  ],
];

/** The runtime keeps what it means to send, and a number of the machine, in files of these folders. */
describe('telemetry of the model runtime', () => {
  it.each(PROCESSES)('is off in %s', async (_, args, give) => {
    const home = await mkdtemp(join(tmpdir(), 'imago-telemetry-'));
    const env = { HOME: home, XDG_CACHE_HOME: home, TMPDIR: home };
    const child = spawn(process.execPath, args, { env, serialization: 'advanced', stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    try {
      give(child);
      const gone = once(child, 'exit').then(() => Promise.reject(new Error('it ended without an answer')));
      const [answer] = (await Promise.race([once(child, 'message'), gone])) as [object];
      expect(answer).not.toHaveProperty('error');
      const left = await readdir(home, { recursive: true });
      expect(left.filter((name) => !COMPILER.test(name))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await rm(home, { recursive: true, force: true });
    }
  });
});
