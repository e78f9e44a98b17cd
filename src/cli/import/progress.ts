import { SingleBar, Presets } from 'cli-progress';
import { type Output } from '../fault.js';

export interface Progress {
  start(name: string, total: number, done: number): void;
  advance(done: number): void;
  /** A line between, such as why it waits. */
  say(text: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 5_000;
const rate = (lines: number, ms: number): string => Math.round((lines / Math.max(ms, 1)) * 1000).toLocaleString('en');

/** A bar for a person at a terminal, a line every few seconds for a log file. */
export const createProgress = (output: Output, isTerminal: boolean): Progress => (isTerminal ? bar(output) : lines(output));

function bar(output: Output): Progress {
  const single = new SingleBar(
    { format: '{name} {bar} {percentage}% | {value}/{total} | {eta_formatted}', hideCursor: true },
    Presets.shades_classic,
  );
  return {
    start: (name, total, done) => single.start(total, done, { name: name.padEnd(8) }),
    advance: (done) => single.update(done),
    say: (text) => output.note(`\n${text}`),
    stop: () => single.stop(),
  };
}

function lines(output: Output): Progress {
  let step = { name: '', total: 0, first: 0, startedAt: 0 };
  let saidAt = 0;
  return {
    start(name, total, done) {
      step = { name, total, first: done, startedAt: Date.now() };
      saidAt = Date.now();
    },
    advance(done) {
      if (Date.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = Date.now();
      const perSecond = rate(done - step.first, Date.now() - step.startedAt);
      output.note(`${step.name}: ${done.toLocaleString('en')} of ${step.total.toLocaleString('en')} lines, ${perSecond} a second`);
    },
    say: (text) => output.note(text),
    stop: () => undefined,
  };
}
