import fc from 'fast-check';
import { createTally, readingsOf, tallyUser } from '../../../../src/core/evaluation/alerts/reading.js';
import { armValues, statisticOf, winsorisedArms } from '../../../../src/core/evaluation/experiments/arm-values.js';
import { isPerUser } from '../../../../src/core/evaluation/experiments/metric.js';
import { metricOf, METRICS } from '../../../../src/core/evaluation/experiments/metric-catalogue.js';
import { meanOf, varianceOf } from '../../../../src/core/evaluation/experiments/statistic.js';
import { NO_FACTS, USER_FACTS, type UserFact, type UserFacts } from '../../../../src/core/evaluation/experiments/user-facts.js';

const tallied = (key: string, users: UserFacts[]) => {
  const tally = createTally(metricOf(key)!);
  for (const facts of users) tallyUser(tally, facts);
  return tally;
};
const user = (facts: Partial<UserFacts>): UserFacts => ({ ...NO_FACTS, ...facts });

describe('readings', () => {
  it('hold shares, means and ratios of users', () => {
    const users = [user({ orders: 2, clicks: 4 }), user({ clicks: 1 }), user({}), user({ orders: 1, clicks: 5 })];
    const value = (key: string) => readingsOf(tallied(key, users), null).now;
    expect(value('CONVERSION_RATE')).toMatchObject({ value: 0.5, sample: 4 });
    expect(value('ORDERS_PER_USER')).toMatchObject({ value: 0.75, sample: 4 });
    expect(value('CLICK_TO_ORDER_RATE')).toMatchObject({ value: 0.3, sample: 4 });
    expect(value('ROI').value).toBeNull(); // nothing was spent
  });

  it('are of nobody where nobody counts', () => {
    expect(readingsOf(tallied('REPURCHASE_RATE', [user({ orders: 1 })]), null).now).toEqual({ value: null, sample: 0, statistic: null });
  });

  it('equal what experiments are judged by, of any metric and of any users', () => {
    const facts = fc.record(
      Object.fromEntries((Object.keys(USER_FACTS) as UserFact[]).map((fact) => [fact, fc.nat(40)])) as Record<
        UserFact,
        fc.Arbitrary<number>
      >,
    );
    fc.assert(
      fc.property(
        fc.array(facts, { minLength: 2, maxLength: 30 }),
        fc.array(facts, { minLength: 2, maxLength: 30 }),
        (nowUsers, beforeUsers) => {
          for (const metric of METRICS.filter(isPerUser)) {
            const arms = winsorisedArms(
              metric,
              [nowUsers, beforeUsers].map((users) =>
                armValues(
                  metric,
                  users.map((one) => ({ facts: one, before: null })),
                ),
              ),
            );
            const wanted = arms.map((arm) => statisticOf(metric, arm, false));
            const { now, before } = readingsOf(tallied(metric.key, nowUsers), tallied(metric.key, beforeUsers));
            [now, before!].forEach(({ statistic, sample }, i) => {
              expect(sample).toBe(wanted[i].users);
              if (!statistic) return;
              expect([meanOf(statistic), varianceOf(statistic)]).toEqual([meanOf(wanted[i]), varianceOf(wanted[i])]);
            });
          }
        },
      ),
      { seed: 3, numRuns: 20 },
    );
  });
});
