import { type UserFacts } from './user-facts.js';

/** From being shown something to coming back for more. */
export const FUNNEL_STEPS = ['EXPOSURE', 'INTERACTION', 'FOLLOW', 'ADD_TO_CART', 'PURCHASE', 'REPURCHASE'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

/** Whether somebody did anything with an item. */
const interacted = ({
  clicks,
  views,
  likes,
  saves,
  comments,
  shares,
  helpful,
  cartAdds,
  orders,
  reviews,
  playEnds,
  dwellMs,
}: UserFacts): boolean =>
  clicks + views + comments + shares + helpful + cartAdds + orders + reviews + playEnds + dwellMs > 0 || likes > 0 || saves > 0;

const TOOK: Record<FunnelStep, (facts: UserFacts) => boolean> = {
  EXPOSURE: ({ shown }) => shown > 0,
  INTERACTION: (facts) => facts.follows > 0 || interacted(facts),
  FOLLOW: ({ follows }) => follows > 0,
  ADD_TO_CART: ({ cartAdds }) => cartAdds > 0,
  PURCHASE: ({ orders }) => orders > 0,
  REPURCHASE: ({ orderDays30 }) => orderDays30 > 1,
};

/** How many steps of the funnel a user took, each after all before it, 0 to 6. A repurchase is an order on another day within 30 days of the first. */
export function stepsTaken(facts: UserFacts): number {
  const missing = FUNNEL_STEPS.findIndex((step) => !TOOK[step](facts));
  return missing === -1 ? FUNNEL_STEPS.length : missing;
}

/** Steps after a follow, which itself is none of them. */
export const FOLLOW_FUNNEL_STEPS = ['FOLLOW', 'INTERACTION', 'ADD_TO_CART', 'PURCHASE', 'REPURCHASE'] as const satisfies FunnelStep[];

/** How many steps of the funnel after a follow a user took, each after all before it, 1 to 5. */
export function stepsAfterFollow(facts: UserFacts): number {
  const missing = FOLLOW_FUNNEL_STEPS.findIndex((step) => (step === 'INTERACTION' ? !interacted(facts) : !TOOK[step](facts)));
  return missing === -1 ? FOLLOW_FUNNEL_STEPS.length : missing;
}

/** Users who took each step and all before it. */
export class FunnelCounts {
  private readonly users = new Array<number>(FUNNEL_STEPS.length).fill(0);

  add(facts: UserFacts): void {
    for (let step = stepsTaken(facts) - 1; step >= 0; step--) this.users[step]++;
  }
  steps(): { step: FunnelStep; users: number }[] {
    return FUNNEL_STEPS.map((step, i) => ({ step, users: this.users[i] }));
  }
}
