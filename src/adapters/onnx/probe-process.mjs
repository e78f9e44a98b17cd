// Opens and runs a file that nobody trusts yet, in a process of its own with nothing to find and nothing to lose. Plain JavaScript, since it starts alike from
// the sources and from what is built. The file comes through standard input, its length as the argument; numbers travel as base64 within JSON.
import './no-telemetry.mjs';
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 };
const ARRAYS = { float32: Float32Array, int64: BigInt64Array };
const KIB_PER_MIB = 1024;

/** The most memory that this process ever had. Where the system does not tell, what it says instead may begin with that of the process that started this one. */
function peakMib() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / KIB_PER_MIB;
  } catch {
    return process.resourceUsage().maxRSS / KIB_PER_MIB;
  }
}

async function readFile(length) {
  const file = Buffer.alloc(length);
  let at = 0;
  for await (const chunk of process.stdin) at += chunk.copy(file, at);
  if (at !== length) throw new Error(`${at} of ${length} bytes came`);
  return file;
}

const tensorOf = ({ type, dims, data }) => {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return new Tensor(type, new ARRAYS[type](bytes.buffer), dims);
};

/** Run `times` over; gives the last answer and what each run took: the time that this process worked, or the time that passed where that is less. */
async function run(session, { feeds, times }) {
  const tensors = Object.fromEntries(feeds.map((feed) => [feed.name, tensorOf(feed)]));
  const ms = [];
  let scores;
  for (let i = 0; i < times; i++) {
    await setImmediate();
    const [began, worked] = [performance.now(), process.cpuUsage()];
    ({ scores } = await session.run(tensors, ['scores']));
    const { user, system } = process.cpuUsage(worked);
    ms.push(Math.min(performance.now() - began, (user + system) / 1000));
  }
  const { data, dims, type } = scores;
  const bytes = Buffer.from(data.buffer ?? [], data.byteOffset ?? 0, data.byteLength ?? 0);
  return { type, dims, data: bytes.toString('base64'), ms };
}

const startMib = peakMib();
const session = await readFile(Number(process.argv[2])).then((file) => InferenceSession.create(file, OPTIONS)).catch((error) => ({ error })); // prettier-ignore

const answer = async (message) => {
  if (session.error) throw session.error;
  return message.feeds ? run(session, message) : { startMib, peakMib: peakMib() };
};
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  answer(message).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
