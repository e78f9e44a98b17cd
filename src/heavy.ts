import { MODEL_EVIDENCE } from './app/heavy-schedule.js';
import { isHeavyJob, runHeavyJobs, runModelEvidenceJob } from './app/heavy-jobs.js';
import { openHeavyBinding } from './bindings/heavy.js';
import { type Config } from './config.js';
import { type Log } from './ports/log.js';

/** What the process of heavy work is told. */
export interface HeavySetup extends Pick<Config, 'retentionDays' | 'timeZone' | 'currency'> {
  databaseUrl: string;
  purposes: Config['defaultConsent'];
}

const say = (message: object): void => void process.send?.(message);
const line =
  (level: 'info' | 'warn' | 'error') =>
  (facts: object, message: string): void =>
    say({ said: 'line', level, facts, message });
const log: Log = { info: line('info'), warn: line('warn'), error: line('error') };
const clock = (): number => Date.now();

async function work({ names, setup }: { names: string[]; setup: HeavySetup }): Promise<void> {
  const binding = openHeavyBinding({ ...setup, clock, log });
  try {
    const jobs = names.filter(isHeavyJob);
    if (jobs.length > 0) await runHeavyJobs(jobs, binding, { ...setup, clock });
    if (names.includes(MODEL_EVIDENCE)) await runModelEvidenceJob(binding, { ...setup, clock });
  } finally {
    await binding.close();
  }
}

process.once('message', (task: { names: string[]; setup: HeavySetup }) => {
  work(task)
    .then(
      () => say({ said: 'done' }),
      (error: unknown) => say({ said: 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.disconnect());
});
process.once('disconnect', () => process.exit()); // also when the service is gone
