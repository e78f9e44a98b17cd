import { type BuiltPage } from '../../core/page.js';
import {
  compare,
  countFailure,
  emptyTally,
  type ShadowReport,
  shadowReport,
  type ShadowTally,
} from '../../core/scoring/watch/shadow-comparison.js';
import { type ArtefactStore } from '../../ports/artefact-store.js';
import { type Log } from '../../ports/log.js';
import { type LoadedModel } from '../../ports/model-runtime.js';
import { type ModelMeters } from './model-meters.js';
import { SERVED_MODEL } from './models-in-force.js';

/** Pages that wait for the shadow; one more than these is not compared. */
const MAX_WAITING = 8;
const TIMEOUT_MS = 1_000;

const artefactOf = (version: string): string => `shadow-report/${SERVED_MODEL}/${version}`;

/** Lets a shadow score what was served, once the answer has left. It sees the page as it was and changes nothing. */
export interface Shadow {
  /** Compare a page some time later, or not at all when there is too much to do. */
  observe(model: LoadedModel, built: BuiltPage): void;
  /** Null for a version that was never compared with anything. */
  reportOf(version: string): Promise<ShadowReport | null>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
  /** Keep what was counted. */
  keep(): Promise<void>;
}

interface ShadowPorts {
  artefacts: ArtefactStore;
  meters: ModelMeters;
  /** Milliseconds that only grow. */
  stopwatch: () => number;
  log: Log;
}

export function createShadow({ artefacts, meters, stopwatch, log }: ShadowPorts): Shadow {
  const tallies = new Map<string, ShadowTally>();
  const changed = new Set<string>();
  let tail: Promise<void> = Promise.resolve();
  let waiting = 0;

  const tallyOf = async (version: string): Promise<ShadowTally> => {
    const there = tallies.get(version);
    if (there) return there;
    const kept = await artefacts.get(artefactOf(version));
    const tally = tallies.get(version) ?? { ...emptyTally(), ...(kept ? (JSON.parse(new TextDecoder().decode(kept)) as ShadowTally) : {}) };
    tallies.set(version, tally);
    return tally;
  };
  const compareOne = async (model: LoadedModel, built: BuiltPage): Promise<void> => {
    const { version } = model.manifest;
    const tally = await tallyOf(version);
    changed.add(version);
    const started = stopwatch();
    try {
      const scores = await built.scoresBy(model, TIMEOUT_MS);
      compare(tally, built.ranked.scores, scores, { byModel: built.scorer === 'MODEL', ms: stopwatch() - started });
      meters.shadow('compared');
    } catch {
      countFailure(tally);
      meters.shadow('failed');
    }
  };
  return {
    observe(model, built) {
      if (waiting >= MAX_WAITING) return meters.shadow('skipped');
      waiting++;
      const turn = new Promise<void>((resolve) => setImmediate(resolve)); // what is to be sent goes first
      tail = Promise.all([tail, turn])
        .then(() => compareOne(model, built))
        .catch((error: unknown) => log.warn({ err: error }, 'a page could not be compared with the shadow'))
        .finally(() => void waiting--);
    },
    reportOf: async (version) => shadowReport(await tallyOf(version)),
    idle: () => tail,
    async keep() {
      for (const version of changed) {
        changed.delete(version);
        await artefacts.put(artefactOf(version), new TextEncoder().encode(JSON.stringify(tallies.get(version))));
      }
    },
  };
}
