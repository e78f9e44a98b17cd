import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Client } from './client.js';
import { CommandError, type Output } from './fault.js';

export interface BackfillOptions {
  url: string;
  token?: string;
  from?: string;
  to?: string;
  names?: string;
  out: string;
}

/** Write the features of past exposures, as the catalogue of today tells them, to a file of lines. @throws CommandError with what the service says */
export async function backfillFeatures({ url, token, out, ...range }: BackfillOptions, output: Output): Promise<void> {
  const parameters = new URLSearchParams();
  for (const name of ['from', 'to', 'names'] as const) if (range[name] !== undefined) parameters.set(name, range[name]);
  const address = `${url.replace(/\/+$/, '')}/exports/features?${parameters.toString()}`;
  const answer = await fetch(address, { headers: token ? { authorization: `Bearer ${token}` } : {} }).catch((error: unknown) => {
    throw new CommandError(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!answer.ok || !answer.body) throw new CommandError(`${address} answers ${answer.status}: ${await answer.text()}`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(out)).catch((error: unknown) => {
    throw new CommandError(`${out} is not whole: ${error instanceof Error ? error.message : String(error)}`);
  });
  output.out(`${out}: as of ${answer.headers.get('imago-as-of') ?? 'now'}`);
}

const FIT = 'mutation ($surface: String!) { fitRules(surface: $surface) { version surface rules { name value } } }';

/** Let the service fit the rules of a surface, and print the draft. */
export async function fitRules(client: Client, surface: string, output: Output): Promise<void> {
  const { fitRules: draft } = await client.query<{
    fitRules: { version: number; surface: string; rules: { name: string; value: number }[] };
  }>(FIT, { surface });
  for (const { name, value } of draft.rules) output.out(`${value.toFixed(4).padStart(10)}  ${name}`);
  output.out(`\nversion ${draft.version} of ${draft.surface} is a draft: activateRankingConfig puts it in force`);
}
