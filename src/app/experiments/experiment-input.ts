import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { isPerUser } from '../../core/evaluation/experiments/metric.js';
import { metricOf } from '../../core/evaluation/experiments/metric-catalogue.js';
import { coverageFaults, experimentFaults } from '../../core/requests/experiments/check-experiment.js';
import { type Experiment, EXPERIMENT_KINDS, type Guardrail, type Ramp, type Variant } from '../../core/requests/experiments/experiment.js';
import { type RankingConfigInput } from '../../core/settings.js';
import { type Fields, InputReader, isId } from '../../core/requests/input-reader.js';

const HOME = 'home';
const MAX_TEXT = 1_000;
const MAX_GUARDRAILS = 20;
const MAX_SEGMENTS = 20;
const MAX_NAMED_USERS = 1_000;
const MAX_STEPS = 20;
const MAX_HOLD_HOURS = 24 * 30;
const MAX_HARM = 10;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function checkMetric(read: InputReader, name: string, key: string): void {
  const metric = metricOf(key);
  if (!metric) read.fault(name, key, 'it must be in the metric catalogue');
  else if (!isPerUser(metric)) read.fault(name, key, 'it is of the service as a whole, so that no test per user can tell of it');
}

/** What a patch changes. The schema gives every one a surface, home where none is named, so only another one than the experiment's is a fault. */
function readPatch(one: InputReader, given: RankingConfigInput | null, surface: string): RankingConfigInput | null {
  if (given === null) return null;
  const { surface: named, baseVersion, ...changes } = given;
  const wanted = 'it must be left out: a patch applies to whatever is active on the surface of the experiment';
  if (baseVersion !== undefined && baseVersion !== null) one.fault('patch.baseVersion', baseVersion, wanted);
  if (named !== undefined && named !== HOME && named !== surface) one.fault('patch.surface', named, wanted);
  return Object.values(changes).some((part) => part !== null && part !== undefined) ? changes : null;
}

function readVariants(read: InputReader, kind: Experiment['kind'], surface: string): Variant[] {
  const list = read.list('variants', 100, isFields, 'it must be a variant') ?? [];
  return list.map((fields, i) => {
    const one = new InputReader(fields, read.faults, `variants.${i}.`);
    const variant: Variant = {
      key: String(fields.key),
      weight: Number(fields.weight),
      patch: readPatch(one, fields.patch ?? null, surface),
      configVersion: one.integer('configVersion', 1, 2 ** 31 - 1),
      modelVersion: one.text('modelVersion', 64),
    };
    if (variant.patch && variant.configVersion !== null) one.fault('configVersion', variant.configVersion, 'give it or patch, not both');
    if (kind === 'AA' && (variant.patch ?? variant.configVersion ?? variant.modelVersion) !== null)
      one.fault('key', variant.key, 'an AA experiment compares the same with the same, so its variants change nothing');
    return variant;
  });
}

function readGuardrails(read: InputReader): Guardrail[] {
  const list = read.list('guardrails', MAX_GUARDRAILS, isFields, 'it must be a guardrail') ?? [];
  const guardrails = list.map((fields, i): Guardrail => {
    const one = new InputReader(fields, read.faults, `guardrails.${i}.`);
    const metric = String(fields.metric);
    checkMetric(one, 'metric', metric);
    return { metric, maxRelativeHarm: one.number('maxRelativeHarm', 0, MAX_HARM) ?? 0 };
  });
  guardrails.forEach(({ metric }, i) => {
    if (guardrails.findIndex((other) => other.metric === metric) < i)
      read.fault(`guardrails.${i}.metric`, metric, 'it is in the list twice');
  });
  return guardrails;
}

function readForced(read: InputReader, variants: readonly Variant[]): Record<string, string> {
  const list = read.list('forcedUsers', MAX_NAMED_USERS, isFields, 'it must be a user with a variant') ?? [];
  return Object.fromEntries(
    list.map(({ userId, variant }, i) => {
      if (!isId(userId)) read.fault(`forcedUsers.${i}.userId`, userId, 'it must be 1 to 128 characters without control characters');
      if (!variants.some(({ key }) => key === variant)) read.fault(`forcedUsers.${i}.variant`, variant, 'it must be the key of a variant');
      return [String(userId), String(variant)];
    }),
  );
}

function readRamp(read: InputReader, coverage: number): Ramp | null {
  const one = read.nested('ramp');
  if (!one) return null;
  const isStep = (value: unknown): value is number => typeof value === 'number' && value > 0 && coverageFaults(value).length === 0;
  const steps = one.list('steps', MAX_STEPS, isStep, 'it must be above 0 and at most 1, in steps of 0.001') ?? [];
  if (steps.length === 0) one.fault('steps', steps, `there must be 1 to ${MAX_STEPS} of them`);
  else if (steps.some((step, i) => i > 0 && step <= steps[i - 1])) one.fault('steps', steps, 'each must be above the one before');
  else if (steps.at(-1) !== coverage) one.fault('steps', steps, `the last must be the coverage, which is ${coverage}`);
  const holdHours = one.number('holdHours', 0, MAX_HOLD_HOURS) ?? 24;
  return { steps, holdHours, state: 'PENDING', nextAt: null, heldBecause: null };
}

/** An experiment as an operator writes it, as a draft: whole as far as it stands without looking anything up. @throws AppError INVALID_INPUT with every fault */
export function readExperiment(fields: Fields, now: number): Experiment {
  const faults: Fault[] = [];
  const read = new InputReader(fields, faults);
  const kind = read.oneOf('kind', EXPERIMENT_KINDS) ?? 'AB';
  const surface = read.surface('surface', HOME);
  const variants = readVariants(read, kind, surface);
  const coverage = Number(fields.coverage ?? 1);
  const draft = {
    key: String(fields.key),
    kind,
    layer: read.text('layer', MAX_TEXT) ?? 'ranking',
    hypothesis: read.text('hypothesis', MAX_TEXT) ?? '',
    coverage,
  };
  faults.push(...experimentFaults({ ...draft, arms: variants }));
  const primaryMetric = read.text('primaryMetric', MAX_TEXT) ?? 'CONVERSION_RATE';
  checkMetric(read, 'primaryMetric', primaryMetric);
  if (coverage === 0) read.fault('coverage', coverage, 'nobody would take part');
  const experiment: Experiment = {
    ...draft,
    surface,
    status: 'DRAFT',
    segments: read.list('segments', MAX_SEGMENTS, isId, 'it must be the name of a segment') ?? [],
    buckets: [],
    variants,
    forced: readForced(read, variants),
    excluded: read.ids('excludedUserIds', MAX_NAMED_USERS) ?? [],
    primaryMetric,
    guardrails: readGuardrails(read),
    phases: [],
    ramp: readRamp(read, coverage),
    createdAt: now,
    startedAt: null,
    stoppedAt: null,
    stopReason: null,
  };
  const both = experiment.excluded.find((userId) => experiment.forced[userId] !== undefined);
  if (both !== undefined) read.fault('excludedUserIds', both, 'the user is forced into a variant as well');
  refuseFaults(faults);
  return experiment;
}

/** Arms that a preview forces. @throws nothing; faults go to the list */
export const unknownArm = (path: string, { experiment, variant }: { experiment: string; variant: string }): Fault => ({
  path,
  code: 'NOT_FOUND',
  message: `${path} is ${shown(`${experiment}: ${variant}`)}; it must name an experiment of the surface and one of its variants`,
});
