import { type ArtefactStore } from '../ports/artefact-store.js';
import { type HeavyWork } from '../ports/heavy-work.js';
import { type Ledger } from '../ports/ledger.js';
import { daysDue } from './evidence/model-evidence-job.js';
import { HEAVY_JOBS, type HeavyJob, lastBuilt } from './heavy-jobs.js';

/** The job that looks at each day once it is over. */
export const MODEL_EVIDENCE = 'model-evidence';
/** One that failed rests so long. */
const EVIDENCE_REST_MS = 10 * 60_000;

interface Ports {
  ledger: Pick<Ledger, 'appended'>;
  artefacts: ArtefactStore;
  work: Pick<HeavyWork, 'run'>;
  clock: () => number;
  /** Called when there is evidence of another day. */
  onEvidence?: () => Promise<void>;
}

interface Turn {
  name: HeavyJob;
  dueAt: number;
  /** Events that what is kept was built from; null: not looked up yet, NaN: unknown. */
  builtFrom: number | null;
}

/** Have the jobs done that are due, those that are due together on one reading of the shop. Nothing is done over for events that were read before, by an earlier process neither. */
export function createHeavySchedule({ ledger, artefacts, work, clock, onEvidence }: Ports): () => Promise<void> {
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

  let evidenceAt = 0;
  const evidence = async (): Promise<void> => {
    if (clock() < evidenceAt) return;
    evidenceAt = clock() + EVIDENCE_REST_MS;
    if ((await daysDue({ artefacts, clock })).length === 0) return;
    await work.run([MODEL_EVIDENCE]);
    await onEvidence?.();
  };

  const derived = async (): Promise<void> => {
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
  return async () => {
    await derived();
    await evidence();
  };
}
