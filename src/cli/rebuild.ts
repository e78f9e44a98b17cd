import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { CommandError, type Output } from './fault.js';

export interface RebuildOptions {
  url: string;
  token?: string;
  from?: string;
  to?: string;
  surface?: string;
}

type Line = { feedId: string; pageNo: number; difference: string } | { done: true; pages: number; equal: number; scoresFromLog: number };

/** Have logged pages made again from their pools, and name the first that differs. Gives the exit code: 1 where any does. */
export async function rebuildPages({ url, token, ...range }: RebuildOptions, output: Output): Promise<number> {
  const query = new URLSearchParams();
  for (const name of ['from', 'to', 'surface'] as const) if (range[name] !== undefined) query.set(name, range[name]);
  const address = `${url.replace(/\/+$/, '')}/exports/rebuilt?${query.toString()}`;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(address, { headers }).catch((error: unknown) => {
    throw new CommandError(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!answer.ok || !answer.body) throw new CommandError(`${address} answers ${answer.status}: ${await answer.text()}`);
  let last: Line | null = null;
  let isFirst = true;
  for await (const text of createInterface({ input: Readable.fromWeb(answer.body) })) {
    last = JSON.parse(text) as Line;
    if ('done' in last || !isFirst) continue;
    isFirst = false;
    output.out(`the first that differs is page ${last.pageNo} of feed ${last.feedId}: ${last.difference}`);
  }
  if (last === null || !('done' in last)) throw new CommandError('the answer was cut off before every page was made again');
  const { pages, equal, scoresFromLog } = last;
  const note =
    scoresFromLog === 0 ? '' : `; the scores of ${scoresFromLog} were taken from the log, since their model cannot be asked again`;
  output.out(`${equal} of ${pages} pages are the same, byte for byte${note}`);
  return equal === pages ? 0 : 1;
}
