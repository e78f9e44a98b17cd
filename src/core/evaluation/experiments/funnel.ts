import { type UserFacts } from './user-facts.js';

/** From being shown something to coming back for more. */
export const FUNNEL_STEPS = ['EXPOSURE', 'INTERACTION', 'FOLLOW', 'ADD_TO_CART', 'PURCHASE', 'REPURCHASE'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

const TOOK: Record<FunnelStep, (facts: UserFacts) => boolean> = {
  EXPOSURE: ({ shown }) => shown > 0,
  INTERACTION: ({ clicks, views, likes, saves, comments, shares, helpful, follows, cartAdds, orders, reviews, playEnds, dwellMs }) =>
    clicks + views + comments + shares + helpful + follows + cartAdds + orders + reviews + playEnds + dwellMs > 0 || likes > 0 || saves > 0,
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
