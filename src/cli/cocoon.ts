import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { CommandError, type Output } from './fault.js';

export interface VerifyOptions {
  url: string;
  token?: string;
  day?: string;
  limit?: string;
}

interface Verified {
  user: string;
  index: number;
  recomputed: number;
  difference: number;
}

const TOLERANCE = 1e-6;
const MOST_SHOWN = 20;

/**
 * Compare the cocoon indices in use with those that the service works out again from its logs, and list the users of whom they differ. Gives the exit code:
 * 1 where any does.
 */
export async function verifyCocoons({ url, token, ...parameters }: VerifyOptions, output: Output): Promise<number> {
  const query = new URLSearchParams();
  for (const name of ['day', 'limit'] as const) if (parameters[name] !== undefined) query.set(name, parameters[name]);
  const address = `${url.replace(/\/+$/, '')}/exports/cocoons?${query.toString()}`;
  const answer = await fetch(address, { headers: token ? { authorization: `Bearer ${token}` } : {} }).catch((error: unknown) => {
    throw new CommandError(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!answer.ok || !answer.body) throw new CommandError(`${address} answers ${answer.status}: ${await answer.text()}`);
  let users = 0;
  let largest = 0;
  let wrong = 0;
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
    const { user, index, recomputed, difference } = JSON.parse(line) as Verified;
    users++;
    largest = Math.max(largest, difference);
    if (difference <= TOLERANCE) continue;
    if (++wrong <= MOST_SHOWN) output.out(`${user}: in use ${index.toFixed(8)}, from the logs ${recomputed.toFixed(8)}`);
  }
  output.out(
    `${users} users, ${wrong} differ by more than ${TOLERANCE}; the largest difference of any part is ${largest.toExponential(1)}`,
  );
  return wrong === 0 ? 0 : 1;
}
