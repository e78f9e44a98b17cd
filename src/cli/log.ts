import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { CommandError, type Output } from './fault.js';

export interface VerifyLogOptions {
  url: string;
  token?: string;
  from?: string;
  to?: string;
  /** A file of lines of /evidence/heads that was kept. */
  heads?: string;
}

type Verdict =
  | { log: 'exposures' | 'events'; day: string; heads: number; fault: { writer: number; seq: number; reason: string } | null }
  | { log: 'heads'; hour: string; fault: { reason: string } }
  | { done: true; days: number; hours: number; faults: number };

/** Have both logs recomputed and held against what was published of them, and name what is wrong first on each day. Gives the exit code: 1 where anything is. */
export async function verifyLog(options: VerifyLogOptions, output: Output): Promise<number> {
  const answer = await ask(options);
  let last: Verdict | null = null;
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body!) })) {
    last = JSON.parse(line) as Verdict;
    const said = told(last);
    if (said !== null) output.out(said);
  }
  if (last === null || !('done' in last)) throw new CommandError('the answer was cut off before everything was looked at');
  return last.faults === 0 ? 0 : 1;
}

function told(verdict: Verdict): string | null {
  if ('done' in verdict)
    return `${verdict.days} days of logs, ${verdict.hours} published hours: ${verdict.faults === 0 ? 'all is as it was written' : `${verdict.faults} faults`}`;
  if (verdict.log === 'heads') return `heads of ${verdict.hour}: ${verdict.fault.reason}`;
  const { log, day, fault } = verdict;
  return fault && `${log} of ${day}, writer ${fault.writer}, entry ${fault.seq}: ${fault.reason}`;
}

async function ask({ url, token, heads, ...range }: VerifyLogOptions): Promise<Response> {
  const query = new URLSearchParams();
  for (const name of ['from', 'to'] as const) if (range[name] !== undefined) query.set(name, range[name]);
  const address = `${url.replace(/\/+$/, '')}/evidence/verify?${query.toString()}`;
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(address, heads === undefined ? { headers: authorization } : await sending(heads, authorization)).catch(
    (error: unknown) => {
      throw error instanceof CommandError
        ? error
        : new CommandError(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
    },
  );
  if (!answer.ok || !answer.body) throw new CommandError(`${address} answers ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function sending(file: string, authorization: Record<string, string>): Promise<RequestInit> {
  await access(file).catch(() => {
    throw new CommandError(`${file} cannot be read`);
  });
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream;
  return { method: 'POST', headers: { ...authorization, 'content-type': 'application/x-ndjson' }, body, duplex: 'half' };
}
