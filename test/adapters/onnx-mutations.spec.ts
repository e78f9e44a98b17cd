import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/core/random.js';
import { checkFile } from '../../src/core/scoring/models/check-file.js';
import { GOLDEN_TOLERANCE } from '../../src/core/scoring/models/probe-checks.js';
import { goodFile, manifestOf, ROWS } from '../support/model-files.js';

const SCRIPT = fileURLToPath(new URL('../support/score-files.mjs', import.meta.url));
const STUCK_MS = 8_000;

/** Scores of files in a process of its own; null for one that cannot be run, or at which the process hangs or dies. */
async function scoresOf(files: readonly Buffer[], rows: readonly number[][]): Promise<(number[] | null)[]> {
  const answers: (number[] | null)[] = [];
  while (answers.length < files.length) {
    const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.on('error', () => undefined);
    child.stdin.end(
      [
        JSON.stringify({ values: rows.flat(), width: rows[0].length }),
        ...files.slice(answers.length).map((file) => file.toString('base64')),
        '',
      ].join('\n'),
    );
    let stuck = setTimeout(() => child.kill('SIGKILL'), STUCK_MS);
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(stuck);
      stuck = setTimeout(() => child.kill('SIGKILL'), STUCK_MS);
      answers.push(line === '' ? null : (JSON.parse(line) as number[]).map((value) => value ?? NaN));
    }
    clearTimeout(stuck);
    if (answers.length < files.length) answers.push(null);
  }
  return answers;
}

describe('a thousand mutations of a sound model', () => {
  it('are refused, or score as the model does', async () => {
    const random = seededRandom(11);
    const good = goodFile();
    const manifest = manifestOf('v');
    const mutants = Array.from({ length: 1_000 }, () => {
      const mutant = Buffer.from(good);
      const bytes = 1 + Math.floor(random() * 3);
      for (let i = 0; i < bytes; i++) mutant[Math.floor(random() * mutant.length)] = Math.floor(random() * 256);
      return mutant;
    });
    const passed = mutants.filter((mutant) => checkFile(manifest, mutant).checks.every((check) => check.passed));
    expect(passed.length).toBeGreaterThan(50);
    expect(passed.length).toBeLessThan(900);

    const others = Array.from({ length: 30 }, () => ROWS[0].map(() => random()));
    const rows = [...(manifest.golden.dense as number[][]), ...others];
    const [original, ...scores] = await scoresOf([good, ...passed], rows);
    const golden = manifest.golden.scores.flat();
    const accepted = scores.filter(
      (answer) => answer?.length === original!.length && golden.every((p, i) => Math.abs(answer[i] - p) <= GOLDEN_TOLERANCE),
    );
    const otherwise = accepted.filter((answer) => !answer!.every((p, i) => Math.abs(p - original![i]) <= 1e-3));
    expect(accepted.length).toBeGreaterThan(10);
    expect(otherwise).toEqual([]);
  }, 60_000);
});
