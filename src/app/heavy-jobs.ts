import { type Purpose } from '../core/privacy/purposes.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type Binding } from '../ports/binding.js';
import { type ModelEvidencePorts, runModelEvidence } from './evidence/model-evidence-job.js';
import { createNeighboursJob } from './neighbours-job.js';
import { linkedLedger } from './people/linked-logs.js';
import { openPeople } from './people/people.js';
import { createPopulationJob } from './population-job.js';
import { createRepurchaseJob } from './repurchase-job.js';
import { openShopIndex } from './shop-index.js';
import { createStandingJob } from './standing-job.js';

/** What the jobs that read whole logs need of a binding. */
export type HeavyPorts = Pick<
  Binding,
  | 'ledger'
  | 'catalogueStore'
  | 'userStore'
  | 'peopleStore'
  | 'erasures'
  | 'neighbourStore'
  | 'artefacts'
  | 'communities'
  | 'secrets'
  | 'notices'
  | 'log'
>;

export interface HeavyOptions {
  purposes: ReadonlySet<Purpose>;
  timeZone: string;
  currency: string;
  /** Epoch ms. */
  clock: () => number;
}

/** When a job is due: an interval after the start, when there are events that it has not read, and after a rest of so many times as long as it took. */
export const HEAVY_JOBS = {
  neighbours: { everyMs: 20_000, restFactor: 20 },
  standing: { everyMs: 10_000, restFactor: 30 },
  population: { everyMs: 60_000, restFactor: 100 },
  repurchase: { everyMs: 5 * 60_000, restFactor: 100 },
} as const;
export type HeavyJob = keyof typeof HEAVY_JOBS;
export const isHeavyJob = (name: string): name is HeavyJob => Object.hasOwn(HEAVY_JOBS, name);

/** What a job was built from, kept beside what it built. */
interface Built {
  /** Another number once the jobs build something else from the same events. */
  format: number;
  /** `Ledger.appended` before it began. */
  appended: number;
  tookMs: number;
}
const FORMAT = 1;
const artefactOf = (name: HeavyJob): string => `built-${name}`;

/** What a job was last built from; null where nothing is known of it. */
export async function lastBuilt(artefacts: ArtefactStore, name: HeavyJob): Promise<Built | null> {
  const bytes = await artefacts.get(artefactOf(name));
  if (!bytes) return null;
  const built = JSON.parse(Buffer.from(bytes).toString()) as Built;
  return built.format === FORMAT ? built : null;
}

/** Do jobs one after the other on one reading of the shop. One that fails keeps none of the others from being done. */
export async function runHeavyJobs(names: readonly HeavyJob[], ports: HeavyPorts, options: HeavyOptions): Promise<void> {
  const { artefacts, log } = ports;
  const { clock } = options;
  const opened = clock();
  const appended = await ports.ledger.appended();
  const { jobs, close } = await openJobs(ports, options);
  const openMs = clock() - opened;
  const failures: unknown[] = [];
  for (const name of names) {
    const started = clock();
    try {
      if (!(await jobs[name]())) continue;
      const built: Built = { format: FORMAT, appended, tookMs: openMs + clock() - started };
      await artefacts.put(artefactOf(name), Buffer.from(JSON.stringify(built)));
    } catch (error) {
      log.error({ err: error, job: name }, 'a job that reads the whole ledger failed; it runs again at its next time');
      failures.push(error);
    }
  }
  close();
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${names.length} jobs failed`);
}

/** Look at the days that are over for what the models did on them. It needs nothing of the shop in memory. */
export async function runModelEvidenceJob(
  ports: HeavyPorts & Pick<ModelEvidencePorts, 'exposureExports' | 'modelStore' | 'modelEvidence'>,
  options: HeavyOptions,
): Promise<void> {
  const people = await openPeople({ ...ports, ...options }, await ports.secrets.get('pseudonym'));
  await runModelEvidence({ ...ports, ...options, people });
}

async function openJobs(
  ports: HeavyPorts,
  options: HeavyOptions,
): Promise<{ jobs: Record<HeavyJob, () => Promise<boolean>>; close: () => void }> {
  const people = await openPeople({ ...ports, ...options }, await ports.secrets.get('pseudonym'));
  const ledger = linkedLedger(ports.ledger, people);
  const sharesTies = (userId: string): boolean => people.sharesTies(userId);
  const erasedAt = (userId: string): number | null => people.erasedAt(userId);
  const onError = (error: unknown, doing: string): void => ports.log.warn({ err: error }, `could not ${doing} for a job`);
  const index = await openShopIndex({ ...ports, ledger, onError, sharesTies, erasedAt });
  const shared = { ...ports, ...options, ledger, index, people, sharesTies };
  return {
    jobs: {
      neighbours: createNeighboursJob(shared),
      standing: createStandingJob(shared),
      population: createPopulationJob(shared),
      repurchase: createRepurchaseJob(shared),
    },
    close: () => index.close(),
  };
}
