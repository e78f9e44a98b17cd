import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { seededRandom } from '../../core/random.js';
import { type Output } from '../fault.js';
import { inventActs } from './acts.js';
import { creatorLine, inventPieces, pieceLine } from './content.js';
import { CREATORS } from './creators.js';
import { inventFollows, tastesOf } from './follows.js';
import { type History, readHistory } from './history.js';
import { type SampleLine, choose, groupBy, householdLine, productLine, purchaseLine } from './selection.js';

const SEED = 20_171_231;
const SIZE = { households: 650, products: 3_000 };

export interface Sample {
  items: SampleLine[];
  users: SampleLine[];
  events: SampleLine[];
}

/** The sample shop: real products, households and purchases, with a made-up social layer. The same history and seed give the same lines. */
export function makeSample(history: History, seed: number, size: { households: number; products: number }): Sample {
  const random = seededRandom(seed);
  const selection = choose(history, size);
  const { products, households, purchases, end } = selection;
  const firstSeen = new Map(
    [...groupBy(purchases, ({ household }) => household)].map(([household, own]) => [household, Math.min(...own.map(({ at }) => at))]),
  );
  const start = Math.min(0, ...purchases.map(({ at }) => at - end));
  const tastes = tastesOf(selection);
  const pieces = inventPieces(random, products, start);
  const follows = inventFollows(random, selection, tastes, start);
  const real = purchases.map((purchase) => purchaseLine(purchase, end));
  const invented = inventActs(random, selection, pieces, follows, tastes);
  return {
    items: [...products.map((product) => productLine(product, end)), ...pieces.map(pieceLine)],
    users: [
      ...households.map((household) => householdLine(household, history, firstSeen.get(household)!, end)),
      ...CREATORS.map((creator) => creatorLine(creator, start)),
    ],
    events: [...real, ...invented].sort((a, b) => (a.occurredAt as number) - (b.occurredAt as number)),
  };
}

/** Make the files of the bundled sample from a folder of Complete Journey data. */
export async function buildSample(folder: string, out: string, output: Output): Promise<void> {
  const sample = makeSample(await readHistory(folder), SEED, SIZE);
  await mkdir(out, { recursive: true });
  let total = 0;
  for (const kind of ['items', 'users', 'events'] as const) {
    const packed = gzipSync(sample[kind].map((line) => `${JSON.stringify(line)}\n`).join(''), { level: constants.Z_BEST_COMPRESSION });
    const file = join(out, `${kind}.ndjson.gz`);
    await writeFile(file, packed);
    total += packed.length;
    output.out(`${file}: ${sample[kind].length.toLocaleString('en')} lines, ${packed.length.toLocaleString('en')} bytes`);
  }
  output.out(`${total.toLocaleString('en')} bytes in all`);
}
