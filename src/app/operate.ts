import { AppError } from '../core/errors.js';
import { type Fault, refuseFaults } from '../core/errors.js';
import { InputReader } from '../core/requests/input-reader.js';
import { type RankingConfig } from '../core/settings.js';
import { type SettingsStore } from '../ports/settings-store.js';
import { type RankingConfigAnswer } from './answers.js';
import { type App } from './app.js';
import { readPlace } from './list-items.js';
import { type SettingsInForce } from './settings-in-force.js';

const MAX_LIST = 500;

/** A version of settings in the shape of the public schema. */
const present = ({ settings, ...config }: RankingConfig): RankingConfigAnswer => ({ ...config, ...settings });

/** Check what all operations on settings share. @throws AppError INVALID_INPUT with every fault */
function check(args: { surface?: string | null; first?: number; reason?: string }): void {
  const faults: Fault[] = [];
  const read = new InputReader(args, faults);
  read.surface('surface', 'home');
  if (args.first !== undefined) read.integer('first', 1, MAX_LIST);
  if (args.reason !== undefined && (read.text('reason', 1000) ?? '').trim() === '' && faults.length === 0)
    read.fault('reason', args.reason, 'say why');
  refuseFaults(faults);
}

type Operations = Pick<
  App,
  'rankingConfig' | 'rankingConfigs' | 'createRankingConfig' | 'fitRules' | 'activateRankingConfig' | 'rollbackRankingConfig' | 'auditLog'
>;

/** What an operator does with settings, and the record of it. */
export function createOperations({
  settings,
  store,
  fitRules,
  onActivated,
}: {
  settings: SettingsInForce;
  store: SettingsStore;
  fitRules: (surface: string) => Promise<RankingConfig>;
  /** Other settings are active on a surface now. */
  onActivated: () => Promise<void>;
}): Operations {
  const activated = async (config: RankingConfig): Promise<RankingConfigAnswer> => {
    await onActivated();
    return present(config);
  };
  return {
    rankingConfig(surface) {
      check({ surface });
      return present(settings.of(surface));
    },
    async rankingConfigs(surface, first) {
      check({ surface, first });
      return (await settings.list(surface, first)).map(present);
    },
    async createRankingConfig(input, actor) {
      check({ surface: input.surface });
      return present(await settings.createDraft(input, actor));
    },
    async fitRules(surface) {
      check({ surface });
      return present(await fitRules(surface));
    },
    async activateRankingConfig({ surface, version, reason }, actor) {
      check({ surface, reason });
      if (version < 1) throw new AppError('NOT_FOUND', `surface "${surface}" has no settings with version ${version}`);
      return activated(await settings.activate(surface, version, actor, reason));
    },
    async rollbackRankingConfig({ surface, reason }, actor) {
      check({ surface, reason });
      return activated(await settings.rollback(surface, actor, reason));
    },
    async auditLog(first, after) {
      const faults: Fault[] = [];
      const read = new InputReader({ first, after }, faults);
      const size = read.integer('first', 1, MAX_LIST) ?? 0;
      readPlace(read, after);
      refuseFaults(faults);
      const entries = await store.audit(size + 1, after);
      const page = entries.slice(0, size);
      return { entries: page, pageInfo: { endCursor: page.at(-1)?.id ?? null, hasNextPage: entries.length > size } };
    },
  };
}
