import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../../src/cli/program.js';

/** A folder with these files; names that end in .gz are packed. */
export async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'imago-cli-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return folder;
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Run one command line in this process: what it printed, what it noted beside, and its exit code. */
export async function imago(args: string[], now = Date.now()): Promise<{ code: number; out: string; notes: string }> {
  const printed: string[] = [];
  const noted: string[] = [];
  const output = { out: (text: string) => void printed.push(text), note: (text: string) => void noted.push(text) };
  const code = await run(['node', 'imago', ...args], { output, now: () => now, isTerminal: false });
  return { code, out: printed.join('\n'), notes: noted.join('\n') };
}
