// Imported before the runtime: its official builds send what they run, and on what machine, to their maker from 1.29 on unless this is set when they are
// loaded. Plain JavaScript, as the processes that need it are.
// Source: https://github.com/microsoft/onnxruntime/pull/27379
import process from 'node:process';

process.env.ORT_DISABLE_TELEMETRY = '1';
