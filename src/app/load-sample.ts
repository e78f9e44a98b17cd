import { type ArtefactStore } from '../ports/artefact-store.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type Log } from '../ports/log.js';
import { type App } from './app.js';
import { sampleLines } from './sample.js';

const MARK = 'sample';
const DONE = 'done';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Fill an empty database with the bundled shop, once; a load that was cut off is taken up again, since its ids make a repeat safe. */
export async function loadSample(
  app: App,
  ports: { artefacts: ArtefactStore; catalogueStore: CatalogueStore; clock: () => number; log: Log },
): Promise<void> {
  const kept = await ports.artefacts.get(MARK);
  const mark = kept && new TextDecoder().decode(kept);
  if (mark === DONE || (mark === null && (await ports.catalogueStore.revision()) > 0)) return;
  // The instant at which the first attempt began: dates moved to another one would not fit the events that are already there.
  const now = mark === null ? ports.clock() : Number(mark);
  await ports.artefacts.put(MARK, encode(String(now)));
  for (const kind of ['items', 'users', 'events'] as const) {
    const { accepted, duplicates, rejectedTotal, rejected } = await app.importLines(kind, sampleLines(kind, now), { replace: false });
    ports.log.info({ kind, accepted, duplicates, rejected: rejectedTotal, first: rejected[0]?.message }, 'loaded the sample shop');
  }
  await ports.artefacts.put(MARK, encode(DONE));
}
