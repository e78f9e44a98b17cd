import { v7 as uuidv7 } from 'uuid';
import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { identityOf, isIdentityUserId } from '../../core/privacy/identity.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { readAnyTrigger } from '../../core/evaluation/alerts/kpi-triggers.js';
import { isOfTag, type Trigger } from '../../core/tags/triggers.js';
import { type Firing, type TriggerStore } from '../../ports/trigger-store.js';
import { type TriggerAnswer, type TriggerFiringAnswer } from './trigger-answers.js';
import { knownOf } from '../alerts/known.js';
import { type App } from '../app.js';
import { type PopulationInForce } from '../population.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { type TriggersInForce } from './triggers-in-force.js';

const MAX_TRIGGERS = 100;
const MAX_LIST = 500;

interface Ports {
  triggerStore: TriggerStore;
  triggers: Pick<TriggersInForce, 'refresh'>;
  settings: Pick<SettingsInForce, 'version'>;
  population: PopulationInForce;
  /** Whether there is somebody to call. */
  canCall: boolean;
  retentionDays?: number;
  /** Called when a rule on a metric was saved. */
  onKpiTrigger: () => void;
  clock: () => number;
}

type Operations = Pick<App, 'triggers' | 'saveTrigger' | 'removeTrigger' | 'triggerFirings'>;

/** What an operator does with triggers, and what came of them. */
export function createTriggerOperations(ports: Ports): Operations {
  const { triggerStore, triggers, settings, canCall, clock } = ports;
  return {
    triggers: async () => (await triggerStore.list()).map(present),
    async saveTrigger(input, actor) {
      const faults: Fault[] = [];
      const read = readAnyTrigger(input, faults, { canCall, known: knownOf(ports) });
      await checkStrategy(read.strategy, settings, faults);
      refuseFaults(faults);
      if (read.id !== null && !(await triggerStore.list()).some(({ id }) => id === read.id)) throw unknown(read.id);
      const trigger = { ...read, id: read.id ?? uuidv7(), updatedAt: clock() };
      await triggerStore.save(trigger, actor, MAX_TRIGGERS);
      await triggers.refresh();
      if (!isOfTag(trigger.on)) ports.onKpiTrigger();
      return present(trigger);
    },
    async removeTrigger({ id, reason }, actor) {
      const faults: Fault[] = [];
      const read = new InputReader({ reason }, faults);
      if ((read.text('reason', 1000) ?? '').trim() === '' && faults.length === 0) read.fault('reason', reason, 'say why');
      refuseFaults(faults);
      const removed = await triggerStore.remove(id, { actor, reason, at: clock() });
      if (!removed) throw unknown(id);
      await triggers.refresh();
      return present(removed);
    },
    async triggerFirings(first, after) {
      const faults: Fault[] = [];
      const read = new InputReader({ first, after }, faults);
      const size = read.integer('first', 1, MAX_LIST) ?? 0;
      read.id('after');
      refuseFaults(faults);
      const found = await triggerStore.firings(size + 1, after);
      const firings = found.slice(0, size).map(presentFiring);
      return { firings, pageInfo: { endCursor: firings.at(-1)?.id ?? null, hasNextPage: found.length > size } };
    },
  };
}

const unknown = (id: string): AppError => new AppError('NOT_FOUND', `there is no trigger ${shown(id)}`);

async function checkStrategy(strategy: Trigger['strategy'], settings: Ports['settings'], faults: Fault[]): Promise<void> {
  if (!strategy?.configVersion) return;
  const { surface, configVersion } = strategy;
  await settings.version(surface, configVersion).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error;
    faults.push({
      path: 'strategy.configVersion',
      code: 'NOT_FOUND',
      message: `strategy.configVersion is ${configVersion}; ${error.message}`,
    });
  });
}

const NO_KPI = { metric: null, surface: null, segment: null, windowHours: null, baseline: null, minSample: null };

const present = ({ on, ...trigger }: Trigger): TriggerAnswer =>
  isOfTag(on) ? { ...trigger, tag: on.tag, ...NO_KPI } : { ...trigger, tag: null, ...on };

function presentFiring({ trigger, userId, ...firing }: Firing): TriggerFiringAnswer {
  const isIdentity = userId !== null && isIdentityUserId(userId);
  return {
    ...firing,
    trigger: present(trigger),
    userId: isIdentity ? null : userId,
    identity: isIdentity ? { ...identityOf(userId) } : null,
  };
}
