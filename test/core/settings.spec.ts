import { type RankingConfigInput } from '../../src/core/settings.js';
import { checkSettings, OBJECTIVES } from '../../src/core/settings-check.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { mergeSettings } from '../../src/core/settings-merge.js';

const faultsOf = (input: unknown) =>
  checkSettings(input as RankingConfigInput, mergeSettings(DEFAULT_SETTINGS, input as RankingConfigInput));
const pathsOf = (input: unknown): string[] => faultsOf(input).map(({ path }) => path);

describe('mergeSettings', () => {
  it('takes what is left out, or null, from the base', () => {
    expect(mergeSettings(DEFAULT_SETTINGS, {})).toEqual(DEFAULT_SETTINGS);
    const input = { diversity: { strength: 0.5, window: null }, mix: null, rules: null } as unknown as RankingConfigInput;
    expect(mergeSettings(DEFAULT_SETTINGS, input)).toEqual({
      ...DEFAULT_SETTINGS,
      diversity: { ...DEFAULT_SETTINGS.diversity, strength: 0.5 },
    });
  });

  it('merges lists by name, new names last, and keeps what is switched off as 0', () => {
    const base = { ...DEFAULT_SETTINGS, rules: [{ name: 'a', value: 1 }, { name: 'b', value: 2 }] }; // prettier-ignore
    const { rules, sources } = mergeSettings(base, { rules: [{ name: 'c', value: 3 }, { name: 'a', value: 0 }], sources: [{ source: 'FRESH', limit: 7 }] }); // prettier-ignore
    expect(rules).toEqual([{ name: 'a', value: 0 }, { name: 'b', value: 2 }, { name: 'c', value: 3 }]); // prettier-ignore
    expect(sources.find(({ source }) => source === 'FRESH')).toEqual({ source: 'FRESH', limit: 7 });
    expect(sources).toHaveLength(DEFAULT_SETTINGS.sources.length);
  });

  it('leaves its base alone and stands anything', () => {
    const before = JSON.stringify(DEFAULT_SETTINGS);
    mergeSettings(DEFAULT_SETTINGS, { rules: [null, 7], sources: 'all', diversity: 3 } as unknown as RankingConfigInput);
    mergeSettings(DEFAULT_SETTINGS, { diversity: { strength: 1 } });
    expect(JSON.stringify(DEFAULT_SETTINGS)).toBe(before);
  });
});

describe('checkSettings', () => {
  it('has nothing against the defaults, or against itself as a draft', () => {
    expect(checkSettings({}, DEFAULT_SETTINGS)).toEqual([]);
    expect(checkSettings(DEFAULT_SETTINGS, DEFAULT_SETTINGS)).toEqual([]);
    expect(faultsOf({ surface: 'home', baseVersion: 3, diversity: null, rules: null, mix: { newItemShare: null } })).toEqual([]);
  });

  it('names every fault at once, with value and range', () => {
    const faults = faultsOf({
      diversity: { strength: 7, window: 0 },
      mix: { newItemShare: -1 },
      exploration: { share: 2 },
      rules: [{ name: 'no.such.feature', value: 1 }],
    });
    expect(faults.map(({ path }) => path)).toEqual([
      'diversity.strength',
      'diversity.window',
      'mix.newItemShare',
      'exploration.share',
      'rules.0.name',
    ]);
    expect(faults[0].message).toBe('diversity.strength is 7, but it must be a number from 0 to 1');
    expect(faults[1].message).toBe('diversity.window is 0, but it must be a whole number from 1 to 100');
    expect(faults[4].message).toBe('rules.0.name is "no.such.feature", but it must be in the feature catalogue');
  });

  it.each<[string, unknown]>([
    ['diversity.strength', { diversity: { strength: NaN } }],
    ['diversity.strength', { diversity: { strength: '0.5' } }],
    ['diversity.targetCocoonIndex', { diversity: { targetCocoonIndex: 1.01 } }],
    ['diversity.relevanceBudget', { diversity: { relevanceBudget: 0.51 } }],
    ['diversity.window', { diversity: { window: 2.5 } }],
    ['diversity.maxPerCategory', { diversity: { maxPerCategory: 0 } }],
    ['diversity.maxPerBrand', { diversity: { maxPerBrand: 101 } }],
    ['diversity.maxPerCreator', { diversity: { maxPerCreator: Infinity } }],
    ['diversity.adaptive', { diversity: { adaptive: 'yes' } }],
    ['diversity.algorithm', { diversity: { algorithm: 'BEST' } }],
    ['diversity.speed', { diversity: { speed: 1 } }],
    ['diversity', { diversity: 7 }],
    ['mix.newItemDays', { mix: { newItemDays: 0 } }],
    ['mix.commercialShareMax', { mix: { commercialShareMax: 2 } }],
    ['mix.smallCreatorBelow', { mix: { smallCreatorBelow: -0.1 } }],
    ['fatigue.maxImpressionsPerDay', { fatigue: { maxImpressionsPerDay: 10_001 } }],
    ['fatigue.halfLifeHours', { fatigue: { halfLifeHours: 0 } }],
    ['fatigue.countsAt', { fatigue: { countsAt: 'NEVER' } }],
    ['exploration.method', { exploration: { method: 'GUESS' } }],
    ['objectives.0.name', { objectives: [{ name: 'fame', value: 1 }] }],
    ['objectives.0.value', { objectives: [{ name: 'click', value: 101 }] }],
    ['rules.0.value', { rules: [{ name: 'cross.cf@1', value: NaN }] }],
    ['rules.1', { rules: [{ name: 'cross.cf@1', value: 1 }, { name: 'cross.cf@1', value: 2 }] }], // prettier-ignore
    ['rules', { rules: 'all' }],
    ['rules', { rules: [null] }],
    ['sources.0.source', { sources: [{ source: 'MAGIC', limit: 1 }] }],
    ['sources.0.limit', { sources: [{ source: 'FRESH', limit: 501 }] }],
    ['sources.0.limit', { sources: [{ source: 'FRESH', limit: 1.5 }] }],
  ])('refuses %s in %j', (path, input) => {
    expect(pathsOf(input)).toEqual([path]);
  });

  it('takes what is at the edge of its range', () => {
    const input: RankingConfigInput = {
      diversity: {
        algorithm: 'CALIBRATED',
        strength: 1,
        adaptive: true,
        relevanceBudget: 0.5,
        window: 100,
        maxPerCategory: 100,
        maxPerBrand: 1,
      },
      mix: { newItemShare: 0, commercialShareMax: 0 },
      fatigue: { maxImpressionsPerDay: 10_000, halfLifeHours: 0.1, countsAt: 'IMPRESSION' },
      exploration: { method: 'THOMPSON', share: 1 },
      rules: [{ name: 'cross.cf@1', value: -100 }],
      objectives: OBJECTIVES.map((name) => ({ name, value: 100 })),
      sources: [{ source: 'FRESH', limit: 500 }, { source: 'WIDENING', limit: 40 }, { source: 'EMBEDDING', limit: 0 }], // prettier-ignore
    };
    expect(faultsOf(input)).toEqual([]);
  });

  it('refuses settings by which nothing is ranked, or nothing found', () => {
    const off = { rules: DEFAULT_SETTINGS.rules.map(({ name }) => ({ name, value: 0 })) };
    expect(pathsOf(off)).toEqual(['rules']);
    expect(pathsOf({ sources: DEFAULT_SETTINGS.sources.map(({ source }) => ({ source, limit: 0 })) })).toEqual(['sources']);
  });
});
