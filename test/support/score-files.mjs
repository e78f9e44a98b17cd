// Runs ONNX files one after the other: reads lines of base64 from standard input, the first of them the values of `dense` and its width, and writes a line of
// scores for each file, or an empty one where it cannot be run.
import '../../src/adapters/onnx/no-telemetry.mjs';
import { Buffer } from 'node:buffer';
import { createInterface } from 'node:readline';
import { InferenceSession, Tensor } from 'onnxruntime-node';

let dense;
for await (const line of createInterface({ input: process.stdin })) {
  if (!dense) {
    const { values, width } = JSON.parse(line);
    dense = new Tensor('float32', Float32Array.from(values), [values.length / width, width]);
    continue;
  }
  try {
    const session = await InferenceSession.create(Buffer.from(line, 'base64'), { intraOpNumThreads: 1, logSeverityLevel: 4 });
    const { scores } = await session.run({ dense });
    await session.release();
    console.log(JSON.stringify(Array.from(scores.data, Number)));
  } catch {
    console.log('');
  }
}
