import { type ArtefactStore } from '../ports/artefact-store.js';
import { type HeavyWork } from '../ports/heavy-work.js';
import { type Ledger } from '../ports/ledger.js';
import { HEAVY_JOBS, type HeavyJob, lastBuilt } from './heavy-jobs.js';

interface Ports {
  ledger: Pick<Ledger, 'appended'>;
  artefacts: ArtefactStore;
  work: Pick<HeavyWork, 'run'>;
  clock: () => number;
}

interface Turn {
  name: HeavyJob;
  dueAt: number;
  /** Events that what is kept was built from; null: not looked up yet, NaN: unknown. */
  builtFrom: number | null;
}

/** Have the jobs done that are due, those that are due together on one reading of the shop. Nothing is done over for events that were read before, by an earlier process neither. */
export function createHeavySchedule({ ledger, artefacts, work, clock }: Ports): () => Promise<void> {
  const turns = (Object.keys(HEAVY_JOBS) as HeavyJob[]).map((name): Turn => ({
    name,
    dueAt: clock() + HEAVY_JOBS[name].everyMs,
    builtFrom: null,
  }));
  const look = async (turn: Turn): Promise<number> => {
    const built = await lastBuilt(artefacts, turn.name);
    turn.builtFrom = built?.appended ?? NaN;
    return built?.tookMs ?? 0;
  };

  return async () => {
    const waiting = turns.filter(({ dueAt }) => clock() >= dueAt);
    if (waiting.length === 0) return;
    const appended = await ledger.appended();
    for (const turn of waiting) if (turn.builtFrom === null) await look(turn);
    const due = waiting.filter(({ builtFrom }) => builtFrom !== appended && appended > 0);
    if (due.length === 0) return;
    try {
      await work.run(due.map(({ name }) => name));
    } finally {
      for (const turn of due) {
        const tookMs = await look(turn);
        const { everyMs, restFactor } = HEAVY_JOBS[turn.name];
        turn.dueAt = clock() + Math.max(everyMs, restFactor * tookMs);
      }
    }
  };
}
