import { type Binding } from '../ports/binding.js';
import { type HeavyWork } from '../ports/heavy-work.js';
import { startAlerts } from './alerts/alerts.js';
import { type RunningApp } from './create-app.js';
import { createFitRulesJob } from './fit-rules-job.js';
import { createHeavySchedule } from './heavy-schedule.js';
import { startTellingRollbacks } from './experiments/tell-rollbacks.js';
import { startReplays } from './replays/replay-queue.js';
import { startWebhooks } from './triggers/webhook-queue.js';

/** Seldom: a state that was not kept is rebuilt from its last snapshot and the ledger. */
const FLUSH_MS = 5 * 60_000;
const MAINTENANCE_MS = 3_600_000;
/** How often it is looked whether a week has passed. */
const FIT_RULES_MS = 6 * 3_600_000;
/** How often it is looked whether a day is over, whose indices are then complete. */
const COCOON_MS = 10 * 60_000;
/** How often it is looked whether an hour is over, of which the ends of chains are then published. */
const HEADS_MS = 5 * 60_000;
/** For what an upload could not start, and what a process that ended left. */
const GATE_MS = 15_000;
/** How often it is looked whether an experiment does harm, or a ramp is due. */
const EXPERIMENTS_MS = 2 * 60_000;
/** How often it is looked which of the jobs that read whole logs are due. */
const HEAVY_MS = 10_000;

/** Start what runs beside requests: per process the keeping of snapshots, in the job queue what one process does for all. */
export async function startBackground(
  binding: Binding,
  running: RunningApp,
  heavyWork: HeavyWork,
  clock: () => number,
): Promise<{ stop(): Promise<void> }> {
  const { log } = binding;
  const jobs = await binding.openJobs();
  await jobs.every('maintenance', MAINTENANCE_MS, () => binding.maintain());
  await jobs.every('heavy', HEAVY_MS, createHeavySchedule({ ...binding, work: heavyWork, clock, onEvidence: running.noteEvidence }));

  await jobs.every('fit-rules', FIT_RULES_MS, createFitRulesJob({ app: running.app, clock, log }));
  await jobs.every('model-gate', GATE_MS, () => running.gate.run());
  await jobs.every('chain-heads', HEADS_MS, () => running.publishHeads());
  await jobs.every('cocoon', COCOON_MS, () => running.closeDay());
  const judgeSoon = () =>
    void jobs.trigger('model-gate').catch((error: unknown) => log.warn({ err: error }, 'the gate of models starts with a delay'));
  running.gate.onUpload = judgeSoon;
  judgeSoon(); // what an earlier process left
  await startWebhooks(jobs, running, binding);
  const stopReplays = await startReplays(jobs, running.replays, binding);
  const stopAlerts = await startAlerts(jobs, running, binding);
  const tellRollback = await startTellingRollbacks(jobs, { ...binding, clock });
  await jobs.every('experiments', EXPERIMENTS_MS, () => running.watchExperiments(tellRollback));

  let flushing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    flushing = running
      .keep()
      .catch((error: unknown) => log.warn({ err: error }, 'snapshots could not be kept; what they lack is read from the ledger'));
  }, FLUSH_MS);
  return {
    async stop() {
      clearInterval(timer);
      running.gate.onUpload = () => undefined;
      running.triggers.onPending = () => undefined;
      stopReplays();
      stopAlerts();
      await heavyWork.close();
      await jobs.close();
      await flushing;
    },
  };
}
