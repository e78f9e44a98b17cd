import { type Fault } from '../errors.js';
import { type Fields, InputReader } from '../requests/input-reader.js';
import { tagNamed, type Strategy, type Trigger, TRIGGER_ACTIONS, TRIGGER_COMPARISONS } from './triggers.js';

const MAX_NAME = 100;
const MAX_COOL_DOWN_HOURS = 8_760;

type Written = Omit<Trigger, 'id' | 'updatedAt'> & { id: string | null };
/** What is watched, and from where on. */
type Subject = Pick<Trigger, 'on' | 'comparison' | 'threshold'>;

const needed = <T>(read: InputReader, name: string, value: T | null, otherwise: T): T => {
  if (!read.has(name)) read.fault(name, null, 'it is needed');
  return value ?? otherwise;
};

/**
 * A rule as somebody wrote it, read whole. Every fault goes to `faults`; the rule is of use only where there is none.
 *
 * @param canCall     whether there is somebody whom a WEBHOOK could call
 * @param readSubject reads what it watches, once the action is known
 */
export function readTriggerOn(
  fields: Fields,
  faults: Fault[],
  canCall: boolean,
  readSubject: (action: Trigger['action']) => Subject,
): Written {
  const read = new InputReader(fields, faults);
  const name = needed(read, 'name', read.text('name', MAX_NAME), '').trim();
  if (read.has('name') && name === '') read.fault('name', fields.name, 'say what the rule is for');
  const action = needed(read, 'action', read.oneOf('action', TRIGGER_ACTIONS), 'WEBHOOK');
  if (action === 'WEBHOOK' && read.has('action') && !canCall)
    read.fault('action', action, 'there is nobody to call before WEBHOOK_URL and WEBHOOK_SECRET are set');
  return {
    id: read.id('id'),
    name,
    ...readSubject(action),
    action,
    strategy: readStrategy(read, action),
    coolDownHours: readCoolDown(read),
    enabled: fields.enabled !== false,
  };
}

const OF_METRICS = ['surface', 'segment', 'windowHours', 'baseline', 'minSample'];

/** A rule on a tag as somebody wrote it. */
export const readTrigger = (fields: Fields, faults: Fault[], canCall: boolean): Written =>
  readTriggerOn(fields, faults, canCall, (action) => {
    const read = new InputReader(fields, faults);
    const tag = read.text('tag', 500) ?? '';
    if (!read.has('tag')) read.fault('tag', null, 'a tag or a metric is needed');
    read.refuse(OF_METRICS, 'it goes with a metric');
    if (action === 'ROLLBACK') read.fault('action', action, 'it goes with a metric; for a tag it must be WEBHOOK or STRATEGY');
    const comparison = needed(read, 'comparison', read.oneOf('comparison', TRIGGER_COMPARISONS), 'ABOVE');
    return { on: { tag }, comparison, threshold: readThreshold(read, fields) };
  });

/** The tag too is checked here, since what a threshold may be depends on it. */
function readThreshold(read: InputReader, { tag, threshold }: Fields): number {
  const named = typeof tag === 'string' ? tagNamed(tag) : undefined;
  if (typeof tag === 'string' && !named)
    read.fault('tag', tag, 'it must be a key of the tag catalogue; of a family, with a name behind it, as in category-affinity:beauty');
  const [low, high] = named?.declaration.range ?? [-Infinity, Infinity];
  if (!read.has('threshold')) read.fault('threshold', null, 'it is needed');
  else if (typeof threshold !== 'number' || !Number.isFinite(threshold) || threshold < low || threshold > high)
    read.fault('threshold', threshold, rangeText(low, high));
  return typeof threshold === 'number' ? threshold : 0;
}

function rangeText(low: number, high: number): string {
  if (high < Infinity) return `it must be a number from ${low} to ${high}, which is all that the tag can be`;
  return low > -Infinity ? `it must be a number of ${low} or more, which is all that the tag can be` : 'it must be a number';
}

function readCoolDown(read: InputReader): number {
  const hours = read.number('coolDownHours', 0, MAX_COOL_DOWN_HOURS);
  if (hours === 0) read.fault('coolDownHours', 0, `it must be a number above 0, at most ${MAX_COOL_DOWN_HOURS}`);
  return hours ?? 24;
}

function readStrategy(read: InputReader, action: Trigger['action']): Strategy | null {
  const strategy = read.nested('strategy');
  if (action === 'WEBHOOK') {
    if (strategy) read.fault('strategy', 'given', 'it goes with the actions STRATEGY and ROLLBACK');
    return null;
  }
  if (action === 'ROLLBACK') {
    if (strategy?.has('configVersion')) strategy.fault('configVersion', 'given', 'a ROLLBACK goes to the version that was in force before');
    return { surface: strategy?.surface('surface', 'home') ?? 'home', configVersion: null };
  }
  if (!strategy) {
    read.fault('strategy', null, 'say which version of which surface the action STRATEGY switches to');
    return null;
  }
  const surface = strategy.surface('surface', 'home');
  const configVersion = strategy.integer('configVersion', 1, 2 ** 31 - 1);
  if (!strategy.has('configVersion')) strategy.fault('configVersion', null, 'it is needed');
  return { surface, configVersion: configVersion ?? 0 };
}
