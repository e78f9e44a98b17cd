import fc from 'fast-check';
import { type Fault } from '../../../src/core/errors.js';
import { PURPOSES } from '../../../src/core/privacy/purposes.js';
import { readTrigger } from '../../../src/core/tags/trigger-input.js';
import { compileTriggers, coolDownMs, findingsOf, tagNamed, type Trigger } from '../../../src/core/tags/triggers.js';
import { declaredTags } from '../../../src/core/tags/catalogue.js';
import { readTags } from '../../../src/core/tags/profile.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { DAY, NOW } from './history.js';
import { after, type Step } from './scenario.js';
import { live, lives, NAMES } from './shopper.js';

const HOUR = 3_600_000;
const ALL = new Set(PURPOSES);
const rule = (tag: string, threshold: number, change: Partial<Trigger> = {}): Trigger => ({
  id: tag,
  name: tag,
  on: { tag },
  comparison: 'ABOVE',
  threshold,
  action: 'WEBHOOK',
  strategy: null,
  coolDownHours: 24,
  enabled: true,
  updatedAt: NOW,
  ...change,
});
const found = (state: ReturnType<typeof after>, triggers: Trigger[], now = NOW, purposes: ReadonlySet<(typeof PURPOSES)[number]> = ALL) =>
  findingsOf(state, now, { names: NAMES, rules: compileTriggers(triggers), purposes }).map(({ trigger, value }) => [trigger.id, value]);

describe('triggers', () => {
  it('hold of who stays on a page for over five minutes, until the day is over', () => {
    const stays = (...seconds: number[]) => after(seconds.map((one): Step => ['DWELL', 1, 0, { dwellMs: one * 1000 }]));
    const rules = [rule('longest-stay-today', 300)];
    expect(found(stays(120, 300, 10), rules)).toEqual([]); // at the bound is not above it
    expect(found(stays(120, 301, 10), rules)).toEqual([['longest-stay-today', 301]]);
    expect(found(stays(301), rules, NOW + DAY)).toEqual([]);
  });

  it('hold of who sees the price of one item a third time within a day', () => {
    const rules = [rule('item-views-day', 2)];
    const views = (...hoursAgo: number[]) => after(hoursAgo.map((hours): Step => ['VIEW', hours, 1]));
    expect(found(views(0, 1), rules)).toEqual([]);
    expect(found(views(0, 1, 24), rules)).toEqual([]); // the first of them is a day ago
    expect(found(views(0, 1, 23.9), rules)).toEqual([['item-views-day', 3]]);
    expect(found(after([['VIEW', 0, 0], ['VIEW', 0, 1], ['VIEW', 0, 2]]), rules)).toEqual([]); // prettier-ignore
  });

  it('hold of who left something in the cart for a day', () => {
    const rules = [rule('oldest-cart-hours', 24)];
    const cart: Step[] = [['ADD_TO_CART', 30, 0], ['ADD_TO_CART', 2, 1]]; // prettier-ignore
    expect(found(after(cart), rules)).toEqual([['oldest-cart-hours', 30]]);
    expect(found(after([...cart, ['PURCHASE', 1, 0]]), rules)).toEqual([]);
  });

  it('compare downwards, watch one name of a family, and leave out what is off', () => {
    const state = after([['LIKE', 0, 0], ['LIKE', 0, 2]]); // prettier-ignore
    const triggers = [
      rule('days-since-active', 1, { comparison: 'BELOW' }),
      rule('category-affinity:category1', 0),
      rule('category-affinity:category3', 0),
      rule('likes', 1, { enabled: false }),
    ];
    expect(found(state, triggers).map(([id]) => id)).toEqual(['days-since-active', 'category-affinity:category1']);
  });

  it('hold of nobody of whom nothing is known, and of nobody without consent to what the tag is for', () => {
    const triggers = [rule('purchases', -1), rule('following', -1), rule('hidden-items', -1), rule('likes', 99, { comparison: 'BELOW' })];
    expect(found(emptyState(), triggers)).toEqual([]);
    const state = after([['LIKE', 0, 0], ['HIDE', 0, 1, { hideScope: 'ITEM' }], ['FOLLOW', 0, -1, { targetUserId: 'ann' }]]); // prettier-ignore
    expect(found(state, triggers).map(([id]) => id)).toEqual(['following', 'hidden-items', 'likes']);
    expect(found(state, triggers, NOW, new Set(['ESSENTIAL'])).map(([id]) => id)).toEqual(['hidden-items']);
  });

  it('find the values that the profile shows, for any life and any tag', () => {
    fc.assert(
      fc.property(lives, fc.nat(40), (life, days) => {
        const [state, now] = [live(life), NOW + days * DAY];
        const tags = readTags(state, now, { names: NAMES });
        const triggers = tags.map(({ key }) => rule(key, -1e12));
        expect(found(state, triggers, now)).toEqual(tags.map(({ key, value }) => [key, value]));
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it('know every tag by its key, and families by a name alone', () => {
    for (const { key, isFamily } of declaredTags)
      expect([key, tagNamed(key) === undefined, tagNamed(`${key}:x`) === undefined]).toEqual([
        key,
        isFamily ?? false,
        !(isFamily ?? false),
      ]);
    expect(tagNamed('category-affinity:a:b')?.name).toBe('a:b');
    expect([tagNamed('category-affinity:'), tagNamed('nothing'), tagNamed('')]).toEqual([undefined, undefined, undefined]);
  });

  it('rest for their cool-down', () => {
    expect(coolDownMs({ coolDownHours: 1.5 })).toBe(1.5 * HOUR);
  });
});

describe('a rule as it is written', () => {
  const read = (fields: object, canCall = true) => {
    const faults: Fault[] = [];
    return { rule: readTrigger({ ...fields }, faults, canCall), faults };
  };
  const good = { name: ' a rule ', tag: 'likes', comparison: 'ABOVE', threshold: 3, action: 'WEBHOOK' };

  it('is read with its defaults', () => {
    const { rule, faults } = read(good);
    expect(faults).toEqual([]);
    expect(rule).toEqual({
      id: null, name: 'a rule', on: { tag: 'likes' }, comparison: 'ABOVE', threshold: 3, action: 'WEBHOOK', strategy: null, coolDownHours: 24, enabled: true,
    }); // prettier-ignore
  });

  it('names all that is missing, and all that is wrong', () => {
    expect(read({}).faults.map(({ path }) => path)).toEqual(['name', 'action', 'tag', 'comparison', 'threshold']);
    const wrong = { ...good, action: 'STRATEGY', threshold: -1, coolDownHours: 9000, comparison: 'OVER', strategy: { surface: 'Home' } };
    expect(read(wrong).faults.map(({ path }) => path)).toEqual(['comparison', 'threshold', 'strategy.surface', 'strategy.configVersion', 'coolDownHours']); // prettier-ignore
    expect(read({ ...good, threshold: NaN }).faults.map(({ message }) => message)).toEqual([
      'threshold is null; it must be a number of 0 or more, which is all that the tag can be',
    ]);
  });

  it('is refused where it calls nobody, or brings a strategy that it does not switch to', () => {
    expect(read(good, false).faults.map(({ path }) => path)).toEqual(['action']);
    expect(read({ ...good, strategy: { configVersion: 1 } }).faults.map(({ path }) => path)).toEqual(['strategy']);
    expect(read({ ...good, action: 'STRATEGY', strategy: { configVersion: 1 } }, false).faults).toEqual([]);
  });
});
