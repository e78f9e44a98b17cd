import { type ArtefactStore } from '../ports/artefact-store.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type Log } from '../ports/log.js';
import { type App } from './app.js';
import { sampleLines } from './sample.js';

const MARK = 'sample';
const BEGUN = Uint8Array.of(1);
const DONE = Uint8Array.of(2);

/** Fill an empty database with the bundled shop, once; a load that was cut off is taken up again, since its ids make a repeat safe. */
export async function loadSample(
  app: App,
  ports: { artefacts: ArtefactStore; catalogueStore: CatalogueStore; clock: () => number; log: Log },
): Promise<void> {
  const mark = await ports.artefacts.get(MARK);
  const begun = mark?.[0] === BEGUN[0];
  const empty = mark === null && (await ports.catalogueStore.revision()) === 0;
  if (!begun && !empty) return;
  await ports.artefacts.put(MARK, BEGUN);
  const now = ports.clock();
  for (const kind of ['items', 'users', 'events'] as const) {
    const { accepted, duplicates, rejectedTotal, rejected } = await app.importLines(kind, sampleLines(kind, now), { replace: false });
    ports.log.info({ kind, accepted, duplicates, rejected: rejectedTotal, first: rejected[0]?.message }, 'loaded the sample shop');
  }
  await ports.artefacts.put(MARK, DONE);
}
