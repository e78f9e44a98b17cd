import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ReplayStore, type StoredReplay } from '../../ports/replay-store.js';
import { type ReplayAnswer } from './replay-answers.js';
import { type App } from '../app.js';
import { readReplay } from './replay-input.js';
import { type ReplayPorts, runReplay } from './run-replay.js';
import { createWhatIf } from './what-if.js';

interface Ports extends ReplayPorts {
  replayStore: ReplayStore;
  modelStore: ModelStore;
  log: Log;
}

/** Replays as the queue works them off. */
export interface ReplayQueue {
  /** Called with the ids of new ones, by whoever runs them. */
  onNew: (ids: string[]) => void;
  /** Work one off; one that is over, or is none, is left as it is. */
  run(id: string): Promise<void>;
}

const present = ({ id, status, error, report }: StoredReplay): ReplayAnswer => ({ id, status, error, report });

export function createReplays(ports: Ports): Pick<App, 'startReplay' | 'replay' | 'whatIf'> & { queue: ReplayQueue } {
  const { replayStore, clock, log } = ports;
  const queue: ReplayQueue = {
    onNew: () => undefined,
    async run(id) {
      const replay = await replayStore.get(id);
      if (!replay || replay.finishedAt !== null) return;
      await replayStore.begin(id);
      const outcome = await runReplay(replay.order, ports).then(
        (report) => ({ report }),
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'UNAVAILABLE') throw error;
          log.error({ err: error, replay: id }, 'a replay failed');
          return { error: error instanceof AppError ? error.message : 'the replay could not be finished; the log of the service says why' };
        },
      );
      await replayStore.finish(id, outcome, clock());
    },
  };
  return {
    queue,
    async startReplay(input, actor) {
      const order = await readReplay(input, ports);
      const id = uuidv7();
      await replayStore.create({ id, order, actor, createdAt: clock() });
      queue.onNew([id]);
      return { id, status: 'WAITING', error: null, report: null };
    },
    async replay(id) {
      const replay = await replayStore.get(id);
      return replay && present(replay);
    },
    whatIf: createWhatIf(ports),
  };
}
