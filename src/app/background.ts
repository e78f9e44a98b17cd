import { setTimeout as sleep } from 'node:timers/promises';
import { type Binding } from '../ports/binding.js';
import { type HeavyWork } from '../ports/heavy-work.js';
import { type Jobs } from '../ports/jobs.js';
import { type Log } from '../ports/log.js';
import { LOOK, startAlerts } from './alerts/alerts.js';
import { type RunningApp } from './create-app.js';
import { createFitRulesJob } from './fit-rules-job.js';
import { type Follow } from './follow-ledger.js';
import { createHeavySchedule } from './heavy-schedule.js';
import { startTellingRollbacks } from './experiments/tell-rollbacks.js';
import { REPLAYS, startReplays } from './replays/replay-queue.js';
import { startWebhooks, WEBHOOKS } from './triggers/webhook-queue.js';

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
const GATE = 'model-gate';
/** How far this process may be behind what others record. */
const FOLLOW_MS = 1_000;

/** What runs beside requests, until it is stopped. */
export interface Background {
  stop(): Promise<void>;
}

/**
 * Start what runs beside requests: per process the keeping of snapshots, in the job queue what one process does for all.
 *
 * @param heavyWork null where other processes work the queue off, which are then only told that there is something to do
 */
export async function startBackground(
  binding: Binding,
  running: RunningApp,
  heavyWork: HeavyWork | null,
  clock: () => number,
): Promise<Background> {
  const { log } = binding;
  const following = binding.isShared ? startFollowing(running.follow, heavyWork !== null, log) : null;
  const jobs = await binding.openJobs();
  const work = heavyWork ? await startWork({ jobs, binding, running, heavyWork, clock }) : tellWorkers(jobs, running, log);
  let flushing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    flushing = running
      .keep()
      .catch((error: unknown) => log.warn({ err: error }, 'snapshots could not be kept; what they lack is read from the ledger'));
  }, FLUSH_MS);
  return {
    async stop() {
      clearInterval(timer);
      await following?.stop();
      await work.stop();
      await jobs.close();
      await flushing;
    },
  };
}

/** Take over what other processes record, the whole time; whoever works the queue off also mends the states that a process left when it died. */
function startFollowing({ shop, mend }: Follow, mends: boolean, log: Log): Background {
  let stopped = false;
  const once = async (doing: () => Promise<void>): Promise<void> => {
    await doing().catch((error: unknown) => log.warn({ err: error }, 'what other processes record could not be read; it is tried again'));
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await once(shop);
      if (mends) await once(mend);
      await sleep(FOLLOW_MS, undefined, { ref: false });
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

interface Work {
  jobs: Jobs;
  binding: Binding;
  running: RunningApp;
  heavyWork: HeavyWork;
  clock: () => number;
}

/** Work the queue off. */
async function startWork({ jobs, binding, running, heavyWork, clock }: Work): Promise<Background> {
  const { log } = binding;
  await jobs.every('maintenance', MAINTENANCE_MS, () => binding.maintain());
  await jobs.every('heavy', HEAVY_MS, createHeavySchedule({ ...binding, work: heavyWork, clock, onEvidence: running.noteEvidence }));

  await jobs.every('fit-rules', FIT_RULES_MS, createFitRulesJob({ app: running.app, clock, log }));
  await jobs.every(GATE, GATE_MS, () => running.gate.run());
  await jobs.every('chain-heads', HEADS_MS, () => running.publishHeads());
  await jobs.every('cocoon', COCOON_MS, () => running.closeDay());
  const judgeSoon = () =>
    void jobs.trigger(GATE).catch((error: unknown) => log.warn({ err: error }, 'the gate of models starts with a delay'));
  running.gate.onUpload = judgeSoon;
  judgeSoon(); // what an earlier process left
  await startWebhooks(jobs, running, binding);
  const stopReplays = await startReplays(jobs, running.replays, binding);
  const stopAlerts = await startAlerts(jobs, running, binding);
  const tellRollback = await startTellingRollbacks(jobs, { ...binding, clock });
  await jobs.every('experiments', EXPERIMENTS_MS, () => running.watchExperiments(tellRollback));
  return {
    async stop() {
      running.gate.onUpload = () => undefined;
      running.triggers.onPending = () => undefined;
      stopReplays();
      stopAlerts();
      await heavyWork.close();
    },
  };
}

/** Word to those who work the queue off that there is something to do; what is not told is found at the next time of the job. */
function tellWorkers(jobs: Jobs, { gate, triggers, replays, alerts }: RunningApp, log: Log): Background {
  const tell = (name: string) => () =>
    void jobs.trigger(name).catch((error: unknown) => log.warn({ err: error, job: name }, 'a job starts with a delay'));
  gate.onUpload = tell(GATE);
  triggers.onPending = tell(WEBHOOKS);
  replays.onNew = tell(REPLAYS);
  alerts.onSaved = tell(LOOK);
  return { stop: () => Promise.resolve() };
}
