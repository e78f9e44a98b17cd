import { LRUCache } from 'lru-cache';
import { type Assigned, assign, assignmentTable, type AssignmentTable } from '../../core/requests/experiments/assignment.js';
import { assignable, type Experiment } from '../../core/requests/experiments/experiment.js';
import { type Remembered } from '../../core/requests/experiments/sticky.js';
import { type ExperimentStore } from '../../ports/experiment-store.js';
import { type Notices } from '../../ports/notices.js';
import { coalesced } from '../coalesced.js';
import { type ModelsInForce } from '../models/models-in-force.js';

const POLL_MS = 1_000;
const CACHED = 200;

/** What runs on one surface. */
export interface SurfaceExperiments {
  experiments: readonly Experiment[];
  /** Whether taking part needs to know the segments of a user. */
  needsSegments: boolean;
  assign(unit: { id: string; segments: readonly string[]; kept: Remembered }): Assigned[];
}

/** The running experiments as they are known on this process. */
export interface ExperimentsInForce {
  /** Null where nothing runs, which is all that a page of a shop without experiments asks. */
  on(surface: string): SurfaceExperiments | null;
  running(): readonly Experiment[];
  /** Of any status; its arms never change. Null where there is none. */
  any(key: string): Promise<Experiment | null>;
  refresh(): Promise<void>;
  /** Other settings may be active now: open the phases that follow from that. */
  openPhases(): Promise<void>;
  close(): void;
}

export interface ExperimentsPorts {
  experimentStore: ExperimentStore;
  notices: Notices;
  models: Pick<ModelsInForce, 'pinned'>;
  clock: () => number;
  onError: (error: unknown, doing: string) => void;
}

/** Load what runs and follow every change of it, and of the active settings, which open phases. */
export async function openExperiments(ports: ExperimentsPorts): Promise<ExperimentsInForce> {
  const { experimentStore, notices, models, clock, onError } = ports;
  let known = '';
  let running: Experiment[] = [];
  let bySurface = new Map<string, SurfaceExperiments>();
  const past = new LRUCache<string, Experiment>({ max: CACHED });

  const refresh = coalesced(async () => {
    const list = await experimentStore.list('RUNNING');
    const text = JSON.stringify(list);
    if (text === known) return;
    bySurface = surfacesOf(list);
    [known, running] = [text, list];
    // A model that an arm names is loaded before the first page asks for it.
    for (const { surface, variants } of list)
      for (const { modelVersion } of variants) if (modelVersion !== null) await models.pinned(surface, modelVersion);
  });
  const openPhases = coalesced(async () => {
    if ((await experimentStore.openPhases(clock())).length > 0) await refresh();
  });
  const quietly = (work: () => Promise<void>, doing: string) => () => void work().catch((error: unknown) => onError(error, doing));
  const follow = quietly(refresh, 'refresh the experiments');
  const followSettings = quietly(openPhases, 'open the phases of experiments');

  await openPhases();
  await refresh();
  notices.subscribe('experiments', follow);
  notices.subscribe('settings', followSettings);
  const poll = setInterval(() => {
    follow();
    if (running.length > 0) followSettings();
  }, POLL_MS);
  poll.unref();

  return {
    on: (surface) => bySurface.get(surface) ?? null,
    running: () => running,
    async any(key) {
      const experiment = running.find((one) => one.key === key) ?? past.get(key) ?? (await experimentStore.get(key));
      if (experiment) past.set(key, experiment);
      return experiment;
    },
    refresh,
    openPhases,
    close: () => clearInterval(poll),
  };
}

function surfacesOf(running: readonly Experiment[]): Map<string, SurfaceExperiments> {
  const surfaces = new Set(running.map(({ surface }) => surface));
  return new Map(Array.from(surfaces, (surface) => [surface, onSurface(running.filter((one) => one.surface === surface))]));
}

function onSurface(experiments: readonly Experiment[]): SurfaceExperiments {
  // Oldest first: the order in which their patches are laid over each other, though they share no parameter.
  const inOrder = [...experiments].sort((a, b) => a.startedAt! - b.startedAt! || (a.key < b.key ? -1 : 1));
  const table: AssignmentTable = assignmentTable(inOrder.map(assignable));
  return {
    experiments: inOrder,
    needsSegments: inOrder.some(({ segments }) => segments.length > 0),
    assign: ({ id, segments, kept }) => assign(table, { id, kept, isInSegment: (segment) => segments.includes(segment) }),
  };
}
