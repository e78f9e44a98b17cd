// Runs one model in a process of its own, so that whatever the file does can be ended from outside: a thread that is caught in native code cannot.
// Plain JavaScript, since it starts alike from the sources and from what is built.
import './no-telemetry.mjs';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

// Once the service is gone nobody ends a run that does not end; the main thread cannot notice while it runs.
new Worker(
  `const parent = process.ppid; setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);`,
  { eval: true },
).unref();

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 };
let session;

async function answer(message) {
  if (message.file) {
    session = await InferenceSession.create(message.file, OPTIONS);
    return { inputs: session.inputMetadata };
  }
  const feeds = Object.fromEntries(message.feeds.map(({ name, type, data, dims }) => [name, new Tensor(type, data, dims)]));
  const started = performance.now();
  const { scores } = await session.run(feeds, ['scores']);
  return { scores: scores.data, ms: performance.now() - started };
}

process.on('message', (message) => {
  answer(message).then(
    (result) => process.send?.({ id: message.id, ...result }),
    (error) => process.send?.({ id: message.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
