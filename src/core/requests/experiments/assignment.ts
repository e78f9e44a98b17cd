import { type AssignableExperiment } from './experiment.js';
import { bucketOf, BUCKETS } from './layers.js';
import { armRanges, type Draw, drawnArm } from './ranges.js';
import { type Remembered, rememberedArm } from './sticky.js';

/** An experiment that a request takes part in. */
export interface Assigned {
  experiment: string;
  variant: string;
  phase: number;
  /** A tester's: seen, and counted nowhere. */
  forced: boolean;
}

interface Compiled {
  experiment: AssignableExperiment;
  draw: Draw;
}

/** Running experiments, laid out so that a request costs two hashes per layer. */
export interface AssignmentTable {
  holdouts: Compiled[];
  layers: { name: string; owners: (Compiled | undefined)[]; experiments: Compiled[] }[];
}

/** Who asks. */
export interface Unit {
  id: string;
  isInSegment(segment: string): boolean;
  /** Arms that he keeps, though his id would draw another. */
  kept?: Remembered;
}

/** The seed is the experiment's key, so neither other experiments nor its own coverage have a say in who sees which arm. */
function compile(experiment: AssignableExperiment, coverage: number): Compiled {
  const weights = experiment.arms.map(({ weight }) => weight);
  return { experiment, draw: { seed: experiment.key, version: 2, ranges: armRanges(weights, coverage) } };
}

/**
 * Lay out the running experiments.
 *
 * @throws RangeError  when two experiments of a layer claim one bucket
 */
export function assignmentTable(running: readonly AssignableExperiment[]): AssignmentTable {
  const table: AssignmentTable = { holdouts: [], layers: [] };
  for (const experiment of running) {
    if (experiment.kind === 'HOLDOUT') {
      table.holdouts.push(compile(experiment, experiment.coverage));
      continue;
    }
    let layer = table.layers.find(({ name }) => name === experiment.layer);
    if (!layer) table.layers.push((layer = { name: experiment.layer, owners: new Array<undefined>(BUCKETS), experiments: [] }));
    // Its buckets already are its coverage.
    const compiled = compile(experiment, 1);
    layer.experiments.push(compiled);
    for (const bucket of experiment.buckets) {
      const owner = layer.owners[bucket]?.experiment.key;
      if (owner !== undefined) throw new RangeError(`bucket ${bucket} of layer ${layer.name} belongs to ${owner} and to ${experiment.key}`);
      layer.owners[bucket] = compiled;
    }
  }
  return table;
}

const mayTakePart = ({ excluded, segments }: AssignableExperiment, unit: Unit): boolean =>
  !excluded.has(unit.id) && (segments.length === 0 || segments.some((segment) => unit.isInSegment(segment)));

function armOf({ experiment, draw }: Compiled, unit: Unit): string | undefined {
  return mayTakePart(experiment, unit) ? experiment.arms[drawnArm(unit.id, draw)]?.key : undefined;
}

function forcedArm({ forced, arms }: AssignableExperiment, id: string): string | undefined {
  const key = forced.get(id);
  return arms.some((arm) => arm.key === key) ? key : undefined;
}

const assigned = ({ experiment }: Compiled, variant: string, forced: boolean): Assigned => ({
  experiment: experiment.key,
  variant,
  phase: experiment.phase,
  forced,
});

/** Arms are drawn anew by a new experiment only, so there is one version of buckets. */
export const stickyOf = ({ key, arms }: Pick<AssignableExperiment, 'key' | 'arms'>) => ({
  key,
  arms,
  bucketVersion: 1,
  minBucketVersion: 0,
  isSticky: true,
});

function keptArm(experiment: AssignableExperiment, unit: Unit): string | undefined {
  if (!unit.kept || !mayTakePart(experiment, unit)) return undefined;
  const arm = rememberedArm(unit.kept, stickyOf(experiment));
  return typeof arm === 'number' ? experiment.arms[arm].key : undefined;
}

/** A tester of one experiment of a layer is in no other of it, nor is one who keeps an arm. */
function inLayer({ name, owners, experiments }: AssignmentTable['layers'][number], unit: Unit): Assigned | undefined {
  for (const compiled of experiments) {
    const key = forcedArm(compiled.experiment, unit.id);
    if (key !== undefined) return assigned(compiled, key, true);
  }
  for (const compiled of unit.kept ? experiments : []) {
    const key = keptArm(compiled.experiment, unit);
    if (key !== undefined) return assigned(compiled, key, false);
  }
  const owner = owners[bucketOf(name, unit.id)];
  const key = owner && armOf(owner, unit);
  return key === undefined ? undefined : assigned(owner!, key, false);
}

/**
 * Experiments that a user takes part in: hold-outs first, then at most one of every layer. The control of a hold-out is in no other experiment, unless
 * somebody forced him to be. The same user and table give the same answer anywhere, whenever.
 */
export function assign(table: AssignmentTable, unit: Unit): Assigned[] {
  const found: Assigned[] = [];
  let isHeldOut = false;
  for (const compiled of table.holdouts) {
    const forced = forcedArm(compiled.experiment, unit.id);
    const key = forced ?? keptArm(compiled.experiment, unit) ?? armOf(compiled, unit);
    if (key === undefined) continue;
    found.push(assigned(compiled, key, forced !== undefined));
    isHeldOut ||= key === compiled.experiment.arms[0].key;
  }
  for (const layer of table.layers) {
    const one = inLayer(layer, unit);
    if (one && (!isHeldOut || one.forced)) found.push(one);
  }
  return found;
}
