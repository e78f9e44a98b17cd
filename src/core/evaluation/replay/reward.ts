import { type EventType } from '../../events/event.js';
import { type LabelledOutcome, labelsOf } from '../../exposures/labels.js';
import { DAY_MS, HOUR_MS } from '../../time.js';

/** What an exposure can bring, and how long it is waited for. */
interface Reward {
  type: EventType;
  windowMs: number;
}

/** Rates per item shown that a replay can foresee, by the keys of the catalogue of metrics. */
export const REPLAY_REWARDS = {
  CLICK_RATE: { type: 'CLICK', windowMs: HOUR_MS },
  ADD_TO_CART_RATE: { type: 'ADD_TO_CART', windowMs: DAY_MS },
  CONVERSION_RATE: { type: 'PURCHASE', windowMs: 7 * DAY_MS },
  LIKE_RATE: { type: 'LIKE', windowMs: DAY_MS },
  SAVE_RATE: { type: 'SAVE', windowMs: DAY_MS },
  SHARE_RATE: { type: 'SHARE', windowMs: DAY_MS },
  HIDE_RATE: { type: 'HIDE', windowMs: DAY_MS },
} as const satisfies Record<string, Reward>;

export type ReplayMetric = keyof typeof REPLAY_REWARDS;
export const REPLAY_METRICS = Object.keys(REPLAY_REWARDS) as ReplayMetric[];
export const isReplayMetric = (name: string): name is ReplayMetric => Object.hasOwn(REPLAY_REWARDS, name);

/**
 * What an exposure brought: 1 or 0, or null while its window is open, so that one that came early counts no more than one that may still come. A purchase
 * counts as in the labels that models learn from: not while it is refunded.
 *
 * @param outcomes of this exposure
 */
export function rewardOf(
  metric: ReplayMetric,
  { servedAt, now }: { servedAt: number; now: number },
  outcomes: readonly LabelledOutcome[],
): 0 | 1 | null {
  const { type, windowMs } = REPLAY_REWARDS[metric];
  if (servedAt + windowMs > now) return null;
  if (type === 'PURCHASE') return labelsOf(servedAt, outcomes).purchase.label;
  return outcomes.some((outcome) => outcome.type === type && outcome.occurredAt <= servedAt + windowMs) ? 1 : 0;
}
