import { churnRisk } from './churn.js';
import { ACTS, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { AT_RISK_DAYS, CHURN_KEYS, churnTraitsOf } from './traits.js';

const { value } = tagsOf('VALUE', 'ANALYTICS');

export const RISK_TAGS: readonly TagDeclaration[] = [
  value(
    { key: 'churn-risk', unit: SHARE, from: ACTS, window: 'the next 30 days' },
    'Probability that the user, here in the last 60 days, does nothing in the next 30; learned from the shop’s own history, and absent until that is borne out.',
    (view) => {
      const model = view.population?.churn;
      if (!model || model.traits.join() !== CHURN_KEYS.join()) return null;
      if (view.state.updatedAt === 0 || view.daysSince(view.state.updatedAt) >= AT_RISK_DAYS) return null;
      return [churnRisk(model, churnTraitsOf(view)), view.state.eventCount];
    },
  ),
];
