import { type MigrationInterface } from 'typeorm';
import { Catalogue1763760000000 } from './1763760000000-catalogue.js';
import { Users1763760001000 } from './1763760001000-users.js';
import { Settings1763760002000 } from './1763760002000-settings.js';
import { SecretsAndNeighbours1763760003000 } from './1763760003000-secrets-and-neighbours.js';
import { Ledger1763770000000 } from './1763770000000-ledger.js';
import { ExposureLog1763771000000 } from './1763771000000-exposure-log.js';
import { Artefacts1763790000000 } from './1763790000000-artefacts.js';
import { Pools1763800000000 } from './1763800000000-pools.js';
import { Models1763810000000 } from './1763810000000-models.js';
import { People1763820000000 } from './1763820000000-people.js';
import { ExperimentPlace1763825000000 } from './1763825000000-experiment-place.js';
import { Triggers1763830000000 } from './1763830000000-triggers.js';
import { Cocoon1763840000000 } from './1763840000000-cocoon.js';
import { Experiments1763850000000 } from './1763850000000-experiments.js';
import { ReportIndex1763851000000 } from './1763851000000-report-index.js';
import { Alerts1763852000000 } from './1763852000000-alerts.js';
import { Replays1763853000000 } from './1763853000000-replays.js';
import { Evidence1763854000000 } from './1763854000000-evidence.js';
import { Widening1763855000000 } from './1763855000000-widening.js';
import { Blocks1763857000000 } from './1763857000000-blocks.js';
import { ExposureItems1763858000000 } from './1763858000000-exposure-items.js';

/** All migrations in the order in which they run. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  Catalogue1763760000000,
  Users1763760001000,
  Settings1763760002000,
  SecretsAndNeighbours1763760003000,
  Ledger1763770000000,
  ExposureLog1763771000000,
  Artefacts1763790000000,
  Pools1763800000000,
  Models1763810000000,
  People1763820000000,
  ExperimentPlace1763825000000,
  Triggers1763830000000,
  Cocoon1763840000000,
  Experiments1763850000000,
  ReportIndex1763851000000,
  Alerts1763852000000,
  Replays1763853000000,
  Evidence1763854000000,
  Widening1763855000000,
  Blocks1763857000000,
  ExposureItems1763858000000,
];
