import { AppError } from '../../core/errors.js';
import { type Firing } from '../../ports/trigger-store.js';
import { type SettingsInForce } from '../settings-in-force.js';

/** What came of it: done, in vain for good, or to be tried again. */
export type Switched = { status: 'APPLIED'; reason: string | null } | { status: 'FAILED'; reason: string };

/**
 * Put the version of settings that a rule on a metric names in force for everybody, or take back the one that was in force when it fired. Safe to repeat:
 * what is in force already is left, and nothing is taken back but the version that was to be left.
 */
export async function switchStrategy(
  { trigger, value }: Firing,
  settings: Pick<SettingsInForce, 'of' | 'switchTo' | 'rollback'>,
): Promise<Switched> {
  const { action, strategy, comparison, threshold, name, id } = trigger;
  const { surface, configVersion } = strategy!;
  const { metric } = trigger.on as { metric: string };
  const [actor, reason] = [`trigger:${id}`, `${name}: ${metric} is ${value}, ${comparison} ${threshold}`];
  try {
    if (action === 'STRATEGY') await settings.switchTo(surface, configVersion!, actor, reason);
    else if (settings.of(surface).version !== configVersion) return { status: 'APPLIED', reason: 'another version was in force by then' };
    else await settings.rollback(surface, actor, reason);
    return { status: 'APPLIED', reason: null };
  } catch (error) {
    if (error instanceof AppError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND'))
      return { status: 'FAILED', reason: error.message };
    throw error;
  }
}
