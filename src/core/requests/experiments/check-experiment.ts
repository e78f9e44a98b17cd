import { type Fault, shown } from '../../errors.js';
import { type Arm, type ExperimentKind } from './experiment.js';
import { BUCKETS } from './layers.js';

const NAME = /^[a-z][a-z0-9-]{0,63}$/;
const NAME_RULE = 'it must match [a-z][a-z0-9-]{0,63}';
/** How far weights may be from a sum of 1 by rounding. */
const ROUNDING = 1e-9;
const MAX_ARMS = 10;

/** What a caller says of an experiment, as far as it stands without the database. */
export interface ExperimentDraft {
  key: string;
  kind: ExperimentKind;
  layer: string;
  hypothesis: string;
  coverage: number;
  arms: readonly Arm[];
}

const fault = (path: string, value: unknown, wanted: string): Fault => ({
  path,
  code: 'INVALID_INPUT',
  message: `${path} is ${shown(value)}; ${wanted}`,
});

/** What is wrong with a share of users: it runs from 0 to 1 in steps of a thousandth, the size of a layer's bucket. */
export function coverageFaults(coverage: number, path = 'coverage'): Fault[] {
  const steps = coverage * BUCKETS;
  const good = coverage >= 0 && coverage <= 1 && Math.abs(steps - Math.round(steps)) < 1e-6;
  return good ? [] : [fault(path, coverage, 'it must be a number from 0 to 1 in steps of 0.001')];
}

/** What is wrong with the arms. Weights that do not sum to 1 are refused: evened out, they would assign what nobody asked for. */
export function armFaults(arms: readonly Arm[], path = 'variants'): Fault[] {
  const faults: Fault[] = [];
  if (arms.length < 2 || arms.length > MAX_ARMS) faults.push(fault(path, arms.length, `there must be 2 to ${MAX_ARMS} of them`));
  arms.forEach(({ key, weight }, i) => {
    if (!NAME.test(key)) faults.push(fault(`${path}.${i}.key`, key, NAME_RULE));
    if (arms.findIndex((arm) => arm.key === key) < i) faults.push(fault(`${path}.${i}.key`, key, 'it must differ from those before it'));
    if (!(weight > 0 && weight <= 1)) faults.push(fault(`${path}.${i}.weight`, weight, 'it must be above 0 and at most 1'));
  });
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= ROUNDING)) faults.push(fault(`${path}.weight`, sum, 'the weights must sum to 1'));
  return faults;
}

/** Everything wrong with an experiment before anything is looked up. */
export function experimentFaults({ key, kind, layer, hypothesis, coverage, arms }: ExperimentDraft): Fault[] {
  const faults: Fault[] = [];
  if (!NAME.test(key)) faults.push(fault('key', key, NAME_RULE));
  if (!NAME.test(layer)) faults.push(fault('layer', layer, NAME_RULE));
  if (hypothesis.trim() === '') faults.push(fault('hypothesis', hypothesis, 'it must say what is expected, and why'));
  if (kind === 'INTERLEAVING' && arms.length !== 2) faults.push(fault('variants', arms.length, 'two rankings are interleaved'));
  return [...faults, ...coverageFaults(coverage), ...armFaults(arms)];
}

/** Why coverage cannot become this while an experiment runs: those who would leave it have seen their arm already. */
export function rampFaults(from: number, to: number): Fault[] {
  const faults = coverageFaults(to);
  if (faults.length === 0 && to < from) faults.push(fault('coverage', to, `it only grows while an experiment runs, from ${from} up to 1`));
  return faults;
}
