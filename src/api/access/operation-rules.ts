import { type RefusalReason } from '../../ports/refused-access.js';
import { type Caller, hasScope, type Scope } from './caller.js';

type Args = Record<string, unknown>;

/** Who may ask for a root field. */
export interface OperationRule {
  /** One of them is needed; null: any valid token will do. */
  scopes: readonly Scope[] | null;
  /** Whom the arguments name, for tokens of one user; null: such tokens may not ask at all. A user that is left out is null. */
  names: ((args: Args) => (string | null)[]) | null;
}

const STOREFRONT: readonly Scope[] = ['storefront'];
const OPS: readonly Scope[] = ['ops'];
const SCIENTIST: readonly Scope[] = ['scientist'];
const ANALYSTS: readonly Scope[] = ['ops', 'scientist'];

/** An account elsewhere may be anybody's, so it counts as somebody else. */
const SOMEBODY = '\u0000somebody';
const nobody = (): (string | null)[] => [];
const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const whoIn = ({ userId, identity }: Args): (string | null)[] => [asText(userId), ...(identity ? [SOMEBODY] : [])];

const byUserId = (args: Args): (string | null)[] => [asText(args.userId) ?? SOMEBODY];
const byInput = ({ input }: Args): (string | null)[] => whoIn(input as Args);
const byEntries =
  (list: string, id: string) =>
  (args: Args): (string | null)[] =>
    (args[list] as Args[]).flatMap((entry) => (entry.identity ? [SOMEBODY] : [asText(entry[id]) ?? SOMEBODY]));

const rule = (scopes: OperationRule['scopes'], names: OperationRule['names'] = null): OperationRule => ({ scopes, names });
const rules = (names: readonly string[], of: OperationRule): Record<string, OperationRule> =>
  Object.fromEntries(names.map((name) => [name, of]));

/** A rule for every root field; one without is for admin alone. */
export const OPERATION_RULES: Readonly<Record<string, OperationRule>> = {
  ...rules(['feed', 'rank', 'related', 'suggestFollows'], rule(STOREFRONT, byInput)),
  ...rules(['item', 'tagCatalogue'], rule(null, nobody)),
  userProfile: rule(['ops', 'storefront'], byUserId),
  dataHeld: rule(STOREFRONT, byUserId),
  recordEvents: rule(STOREFRONT, byEntries('events', 'userId')),
  upsertUsers: rule(STOREFRONT, byEntries('users', 'id')),
  ...rules(['upsertItems', 'updateItems', 'removeItems'], rule(STOREFRONT)),
  ...rules(['resetInterests', 'mute', 'unmute', 'setBreadth', 'setConsent', 'eraseUser'], rule(STOREFRONT, byUserId)),
  // Whose an account is, only the storefront knows: who could take one for his own would get to know what its owner did.
  ...rules(['linkIdentities', 'unlinkIdentity', 'mergeVisitor'], rule(STOREFRONT)),
  ...rules(['block', 'unblock'], rule(['ops', 'storefront'])),
  ...rules(
    [
      'items', 'rankingConfig', 'rankingConfigs', 'experiments', 'experiment', 'metricCatalogue', 'kpis', 'funnel', 'followFunnel', 'itemJourney', 'cocoonTrend', 'exposureFairness', 'alertRules', 'alerts',
      'blocks', 'auditLog', 'exposure', 'whyNot', 'whatIf', 'pipeline', 'triggers', 'triggerFirings',
    ],
    rule(OPS),
  ),
  ...rules(
    [
      'createRankingConfig', 'fitRules', 'activateRankingConfig', 'rollbackRankingConfig', 'createExperiment', 'startExperiment', 'rampExperiment',
      'stopExperiment', 'saveAlertRule', 'acknowledgeAlert', 'saveTrigger', 'removeTrigger', 'setPrivacyBudget',
    ],
    rule(OPS),
  ),
  ...rules(['planExperiment', 'exposureLoss', 'privateReport', 'privacyBudget'], rule(ANALYSTS)),
  ...rules(['models', 'modelVersion', 'featureCatalogue', 'replay', 'assignModelRole', 'rollbackModel', 'startReplay'], rule(SCIENTIST)),
}; // prettier-ignore

/** Who may have the schema told where it is not open to all. */
export const INTROSPECTION_SCOPES: readonly Scope[] = ['ops', 'scientist'];

/** What a caller is told who may not: the same whether or not what he asked for exists. */
export const NOT_ALLOWED = 'this token does not allow that';

/** Whether the recipient is who asks; left out it is he. */
const isOwnBudget = (input: Args | undefined, { subject }: Caller): boolean =>
  [undefined, null, subject].includes(input?.recipient as string);

/** Why a caller may not ask, and what he is told. */
export interface AccessRefusal {
  why: RefusalReason;
  message: string;
}

/** Why a caller may not ask for a field with these arguments; null when he may. */
export function operationRefusal(field: string, args: Args, caller: Caller): AccessRefusal | null {
  const { scopes, names } = OPERATION_RULES[field] ?? rule(['admin']);
  if (scopes !== null && !hasScope(caller, scopes)) return { why: 'scope', message: NOT_ALLOWED };
  const input = args.input as Args | undefined;
  if (input?.preview && !hasScope(caller, ANALYSTS)) return { why: 'scope', message: 'previews need the scope ops or scientist' };
  if (field === 'privateReport' && !isOwnBudget(input, caller))
    return { why: 'recipient', message: 'a private report is paid from the budget of whoever the token names' };
  if (caller.user === null) return null;
  const named = names?.(args);
  return named?.every((user) => user === null || user === caller.user) ? null : { why: 'user', message: NOT_ALLOWED };
}
