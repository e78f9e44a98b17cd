import { consoleOutput } from './fault.js';
import { run } from './program.js';

process.exitCode = await run(process.argv, { output: consoleOutput, now: Date.now, isTerminal: process.stderr.isTTY });
