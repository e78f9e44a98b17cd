import { communityFinder } from '../adapters/graphology/community-finder.js';
import { createPostgresArtefactStore } from '../adapters/postgres/artefact-store.js';
import { createPostgresCatalogueStore } from '../adapters/postgres/catalogue-store.js';
import { openPool } from '../adapters/postgres/database.js';
import { createPostgresErasures } from '../adapters/postgres/erasures.js';
import { createPostgresExposureExports } from '../adapters/postgres/exposure-exports.js';
import { createPostgresLedger } from '../adapters/postgres/ledger.js';
import { createPostgresModelEvidenceStore } from '../adapters/postgres/model-evidence-store.js';
import { createPostgresModelStore } from '../adapters/postgres/model-store.js';
import { createPostgresNeighbourStore } from '../adapters/postgres/neighbour-store.js';
import { createPostgresPublisher } from '../adapters/postgres/notices.js';
import { createPostgresPeopleStore } from '../adapters/postgres/people-store.js';
import { createPostgresSecrets } from '../adapters/postgres/secrets.js';
import { createPostgresUserStore } from '../adapters/postgres/user-store.js';
import { type Binding } from '../ports/binding.js';
import { type Log } from '../ports/log.js';

export interface HeavyBindingOptions {
  databaseUrl: string;
  retentionDays: number;
  clock: () => number;
  log: Log;
}

const POOL_SIZE = 4;

/** The part of a binding that jobs beside a running service use, on connections of their own. It serves nobody, so it takes no lock and follows no notices. */
export function openHeavyBinding({ databaseUrl, retentionDays, clock, log }: HeavyBindingOptions) {
  const pool = openPool({ url: databaseUrl, poolSize: POOL_SIZE, log });
  return {
    ledger: createPostgresLedger({ pool, clock, retentionDays }),
    catalogueStore: createPostgresCatalogueStore({ pool, clock }),
    exposureExports: createPostgresExposureExports({ pool, clock, retentionDays }),
    modelStore: createPostgresModelStore({ pool, clock }),
    modelEvidence: createPostgresModelEvidenceStore(pool),
    userStore: createPostgresUserStore(pool),
    peopleStore: createPostgresPeopleStore(pool),
    erasures: createPostgresErasures(pool),
    neighbourStore: createPostgresNeighbourStore(pool),
    artefacts: createPostgresArtefactStore(pool),
    communities: communityFinder,
    secrets: createPostgresSecrets(pool),
    notices: { subscribe: () => undefined, publish: createPostgresPublisher(pool) },
    log,
    close: () => pool.end(),
  } satisfies Partial<Binding>;
}
