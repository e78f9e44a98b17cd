import { AppError, refuseFaults } from '../../core/errors.js';
import { type LoggedAssignment } from '../../core/exposures/exposure.js';
import { type Person } from '../../core/privacy/person.js';
import { type Assigned } from '../../core/requests/experiments/assignment.js';
import { type Experiment, phaseOf, type Variant } from '../../core/requests/experiments/experiment.js';
import { parametersOf } from '../../core/requests/experiments/parameters.js';
import { type PageInput, type Preview } from '../../core/requests/page-input.js';
import { type RankingConfig } from '../../core/settings.js';
import { segmentsOf } from '../../core/tags/profile.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type Log } from '../../ports/log.js';
import { type ChosenModels, type ModelsInForce } from '../models/models-in-force.js';
import { type People } from '../people/people.js';
import { type PopulationInForce } from '../population.js';
import { type ShopIndex } from '../shop-index.js';
import { viewOptionsOf } from '../view-options.js';
import { type Arms, type Obeying } from './arms.js';
import { unknownArm } from './experiment-input.js';
import { type ExperimentsInForce, type SurfaceExperiments } from './experiments-in-force.js';

/** What an interleaved page is logged under: it shows both variants. */
export const INTERLEAVED = 'interleaved';

/** By what a page is ranked. */
export interface Ranker {
  config: RankingConfig;
  models: ChosenModels;
}

/** How a page is ranked, and which experiments have a say in it. */
export interface Part extends Ranker {
  assignments: LoggedAssignment[];
  /** The other ranking of an interleaved page. */
  beside: Ranker | null;
}

/** What a page begins with: settings and models without any experiment, and the arms that the page before had. */
export interface Begin extends Ranker {
  input: PageInput;
  obeying: Obeying;
  pinned: LoggedAssignment[] | null;
}

export interface TakePartPorts {
  experiments: Pick<ExperimentsInForce, 'on' | 'any'>;
  arms: Arms;
  models: Pick<ModelsInForce, 'pinned'>;
  people: Pick<People, 'get' | 'purposesOf'>;
  states: Pick<LiveStates, 'read'>;
  index: ShopIndex;
  population: PopulationInForce;
  timeZone: string;
  clock: () => number;
  log: Log;
}

type Acting = LoggedAssignment & { definition: Experiment; arm: Variant | null };

/**
 * Let a page take part in the experiments of its surface. Without a user there is no one to assign, and without consent to personalisation and analysis
 * nothing may be; what goes wrong on the way costs the experiment its page, not the user his.
 */
export function createTakePart(ports: TakePartPorts): (begin: Begin) => Promise<Part> | Part {
  return (begin) => {
    const { input, config, models, pinned } = begin;
    const without: Part = { config, models, assignments: [], beside: null };
    const on = ports.experiments.on(input.surface);
    const { variants } = input.preview ?? { variants: null };
    if (pinned ? pinned.length === 0 : !variants && (on === null || input.userId === null || fixesRanking(input.preview))) return without;
    return takePart(begin, on, ports).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'INVALID_INPUT') throw error;
      ports.log.warn({ err: error }, 'the experiments of a page could not be read; it goes on without them');
      return without;
    });
  };
}

/** Who previews settings or a model of his own wants to see these. */
const fixesRanking = (preview: Preview | null): boolean =>
  preview !== null && (preview.config ?? preview.configVersion ?? preview.modelVersion) !== null;

async function takePart(begin: Begin, on: SurfaceExperiments | null, ports: TakePartPorts): Promise<Part> {
  const { input, config, models, obeying } = begin;
  const acting = begin.pinned ? await pinnedArms(begin.pinned, ports) : await drawnArms(begin, on, ports);
  const single = acting.flatMap(({ definition, arm }) => (arm ? [{ ...arm, experiment: definition.key }] : []));
  const rankerWith = async (variants: typeof single): Promise<Ranker> => {
    const model = variants.findLast(({ modelVersion }) => modelVersion !== null)?.modelVersion ?? null;
    return {
      config: await ports.arms.applied(input.surface, config, variants),
      models: model === null ? models : await ports.models.pinned(input.surface, model),
    };
  };
  const drafted = acting.find(({ arm }) => arm === null)?.definition;
  const armOf = (i: number) => (drafted ? [...single, { ...drafted.variants[i], experiment: drafted.key }] : single);
  const ranker = await rankerWith(armOf(0));
  const assignments = begin.pinned ?? (await Promise.all(acting.map((one) => logged(one, { config, obeying, on, arms: ports.arms }))));
  return { ...ranker, assignments, beside: drafted ? await rankerWith(armOf(1)) : null };
}

async function logged(
  { definition, arm, experiment, variant, forced }: Acting,
  { config, obeying, on, arms }: { config: RankingConfig; obeying: Obeying; on: SurfaceExperiments | null; arms: Arms },
): Promise<LoggedAssignment> {
  const differs = await arms.isTriggered(definition, (arm ?? definition.variants[0]).key, config, obeying);
  const others = definition.kind === 'HOLDOUT' ? (on?.experiments ?? []) : [];
  const triggered = differs || others.some((other) => other.kind !== 'HOLDOUT' && parametersOf(other).size > 0);
  // A page of settings that are on their way in or out belongs to the phase that they make.
  const phase = definition.phases.findLast((one) => one.config === `${config.surface}@${config.version}`)?.phase ?? phaseOf(definition);
  return { experiment, variant, phase, forced, triggered };
}

const acting = (definition: Experiment, { variant, forced }: Pick<Assigned, 'variant' | 'forced'>): Acting => {
  const isDrafted = definition.kind === 'INTERLEAVING' && (!forced || variant === INTERLEAVED);
  return {
    definition,
    arm: isDrafted ? null : (definition.variants.find(({ key }) => key === variant) ?? null),
    experiment: definition.key,
    variant: isDrafted ? INTERLEAVED : variant,
    phase: phaseOf(definition),
    forced,
    triggered: false,
  };
};

/** Arms of the page before, though their experiment may have been stopped since. */
async function pinnedArms(pinned: readonly LoggedAssignment[], { experiments }: TakePartPorts): Promise<Acting[]> {
  const found = await Promise.all(pinned.map(async (one) => ({ one, definition: await experiments.any(one.experiment) })));
  return found.flatMap(({ one, definition }) => (definition ? [{ ...acting(definition, one), ...one }] : []));
}

async function drawnArms({ input }: Begin, on: SurfaceExperiments | null, ports: TakePartPorts): Promise<Acting[]> {
  if (input.preview?.variants) return previewedArms(input, input.preview.variants, ports);
  if (on === null || input.userId === null) return [];
  const person = await ports.people.get(input.userId);
  const purposes = ports.people.purposesOf(person, Infinity);
  if (!purposes.has('PERSONALISATION') || !purposes.has('ANALYTICS')) return [];
  const segments = on.needsSegments ? await segmentsFor(person, ports) : [];
  const drawn = on.assign({ id: input.userId, segments, kept: person.keptArms ?? NOTHING_KEPT });
  return drawn.map((one) =>
    acting(
      on.experiments.find(({ key }) => key === one.experiment)!,
      one,
    ),
  );
}
const NOTHING_KEPT = {};

async function segmentsFor({ userId }: Person, ports: TakePartPorts): Promise<string[]> {
  return segmentsOf(await ports.states.read(userId), ports.clock(), viewOptionsOf(userId, ports));
}

/** What a preview forces, of experiments of its surface in any status. @throws INVALID_INPUT where one is unknown */
async function previewedArms(
  { surface }: PageInput,
  variants: NonNullable<Preview['variants']>,
  { experiments }: TakePartPorts,
): Promise<Acting[]> {
  const definitions = await Promise.all(variants.map(({ experiment }) => experiments.any(experiment)));
  const isKnown = (i: number): boolean => {
    const definition = definitions[i];
    const named = variants[i].variant;
    return definition?.surface === surface && (definition.variants.some(({ key }) => key === named) || isDraft(definition, named));
  };
  refuseFaults(variants.flatMap((one, i) => (isKnown(i) ? [] : [unknownArm(`preview.variants.${i}`, one)])));
  return variants.map((one, i) => acting(definitions[i]!, { variant: one.variant, forced: true }));
}

const isDraft = ({ kind }: Experiment, variant: string): boolean => kind === 'INTERLEAVING' && variant === INTERLEAVED;
