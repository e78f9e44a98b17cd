import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { type DriftRow, driftRows } from '../../core/evaluation/drift/drift-tally.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type ModelRecord, type RoleChange } from '../../core/scoring/model-record.js';
import { mayBecomeChampion, REPLAY_REQUIRED_FROM } from '../../core/scoring/models/evidence-checks.js';
import { type IsReady, rollbackTarget, rolesInForce, rolesOf } from '../../core/scoring/roles.js';
import { DAY_MS } from '../../core/time.js';
import { type ExposureExports } from '../../ports/exposure-exports.js';
import { type ModelEvidenceStore } from '../../ports/model-evidence-store.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ReplayStore } from '../../ports/replay-store.js';
import { type ModelAnswer, type ModelVersionAnswer } from '../answers.js';
import { type App } from '../app.js';
import { exposuresWithOutcomes } from './replayable.js';
import { type ModelsInForce } from './models-in-force.js';
import { type Shadow } from './shadow.js';

const MAX_LIST = 500;
const DRIFTED_PSI = 0.25;
/** Not the name of any surface, so what is in force everywhere. */
const EVERYWHERE = '';

interface Ports {
  modelStore: ModelStore;
  exposureExports: ExposureExports;
  clock: () => number;
  models: Pick<ModelsInForce, 'refresh' | 'driftOf'>;
  shadow: Pick<Shadow, 'reportOf'>;
  replayStore: Pick<ReplayStore, 'lastOf'>;
  modelEvidence: Pick<ModelEvidenceStore, 'latest'>;
}

/** Check what changes of roles share. @throws AppError INVALID_INPUT with every fault */
function check(args: { name: string; version?: string | null; surface?: string | null; reason: string }): void {
  const faults: Fault[] = [];
  const read = new InputReader(args, faults);
  read.text('name', 64);
  read.text('version', 64);
  if (args.surface !== undefined && args.surface !== null) read.surface('surface', 'home');
  if ((read.text('reason', 1000) ?? '').trim() === '') read.fault('reason', args.reason, 'say why');
  refuseFaults(faults);
}

type Operations = Pick<App, 'models' | 'modelVersion' | 'assignModelRole' | 'rollbackModel'>;

/** What data scientists do with the versions of models that are there. */
export function createModelOperations(ports: Ports): Operations {
  const { modelStore, models } = ports;
  const modelOf = async (name: string): Promise<ModelAnswer> => {
    const [records, history] = await Promise.all([modelStore.list(), modelStore.roleHistory(name)]);
    const own = records.filter((record) => record.name === name);
    if (own.length === 0 && history.length === 0) throw new AppError('NOT_FOUND', `there is no model ${shown(name)}`);
    return presentModel(name, own, history, ports);
  };
  return {
    async models() {
      const records = await modelStore.list();
      const names = [...new Set(records.map(({ name }) => name))].sort().slice(0, MAX_LIST);
      const histories = await Promise.all(names.map((name) => modelStore.roleHistory(name)));
      return names.map((name, i) => presentModel(name, records.filter((record) => record.name === name), histories[i], ports)); // prettier-ignore
    },
    async modelVersion(name, version) {
      const record = await modelStore.get(name, version);
      return record && presentVersion(record, await modelStore.roleHistory(name), ports);
    },
    async assignModelRole({ name, role, version = null, surface = null, reason }, actor) {
      check({ name, version, surface, reason });
      if (version === null)
        await modelOf(name); // somebody has to have the role to lose it
      else if (role === 'CHAMPION') await checkReplay(ports, name, version);
      await modelStore.assign({ name, role, version, surface, actor, reason });
      await models.refresh();
      return modelOf(name);
    },
    async rollbackModel({ name, surface = null, reason }, actor) {
      check({ name, surface, reason });
      const [records, history] = await Promise.all([modelStore.list(), modelStore.roleHistory(name)]);
      const version = rollbackTarget(history, surface, readyIn(records, name));
      if (version === undefined) throw new AppError('CONFLICT', `the model ${shown(name)} has no champion before this one`);
      await modelStore.assign({ name, role: 'CHAMPION', version, surface, actor, reason });
      await models.refresh();
      return modelOf(name);
    },
  };
}

/** @throws AppError CONFLICT for a version that did worse than what serves, where there is enough to tell; what else keeps it from the role is for the store to say */
async function checkReplay({ modelStore, exposureExports, clock }: Ports, name: string, version: string): Promise<void> {
  const record = await modelStore.get(name, version);
  if (record?.status !== 'READY' || mayBecomeChampion(record, REPLAY_REQUIRED_FROM) === null) return;
  const why = mayBecomeChampion(record, await exposuresWithOutcomes(exposureExports, clock(), REPLAY_REQUIRED_FROM));
  if (why !== null) throw new AppError('CONFLICT', `version ${shown(version)} of ${shown(name)} cannot be champion: ${why}`);
}

function readyIn(records: readonly ModelRecord[], model: string): IsReady {
  const ready = new Set(records.filter(({ name, status }) => name === model && status === 'READY').map(({ version }) => version));
  return (version) => ready.has(version);
}

function presentModel(name: string, records: readonly ModelRecord[], history: RoleChange[], ports: Ports): ModelAnswer {
  const isReady = readyIn(records, name);
  const { champion, shadow } = rolesInForce(history, EVERYWHERE, isReady);
  const versions = records.slice(0, MAX_LIST).map((record) => presentVersion(record, history, ports, isReady));
  const byVersion = (wanted: string | null): ModelVersionAnswer | null => versions.find(({ version }) => version === wanted) ?? null;
  return { name, champion: byVersion(champion), shadow: byVersion(shadow), versions, history: history.slice(-MAX_LIST).reverse() };
}

function presentVersion(
  record: ModelRecord,
  history: readonly RoleChange[],
  { models, shadow, modelEvidence, replayStore }: Ports,
  isReady?: IsReady,
): ModelVersionAnswer {
  const { checks, ...fields } = record;
  const { version } = record;
  return {
    ...fields,
    roles: rolesOf(history, version, isReady ?? (() => record.status === 'READY')),
    checks: checks.map(({ value = null, limit = null, ...checked }) => ({ ...checked, value, limit })),
    shadowReport: () => shadow.reportOf(version),
    replay: () => replayStore.lastOf(record.name, version),
    async drift() {
      const kept = await keptDrift(modelEvidence, version);
      if (kept.length > 0) return kept;
      return models.driftOf(version).map(({ feature, psi }) => ({ feature, psi, drifted: psi > DRIFTED_PSI }));
    },
    async fairness() {
      const [latest] = await modelEvidence.latest(version, 1);
      return latest?.fairness ?? [];
    },
  };
}

/** Of the last day that says anything, against the day before it. */
async function keptDrift(modelEvidence: Ports['modelEvidence'], version: string): Promise<DriftRow[]> {
  const [latest, before] = await modelEvidence.latest(version, 2);
  if (!latest) return [];
  const isDayBefore = before !== undefined && Date.parse(latest.day) - Date.parse(before.day) === DAY_MS;
  return driftRows(latest.drift, isDayBefore ? before.drift : []);
}
