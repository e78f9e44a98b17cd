import { tagCatalogue } from '../../../src/core/tags/catalogue.js';
import { LONG_AGO, READING, TURNED_TO } from './interest-values.js';
import { AMONG_OTHERS, BUYING, BUYING_AGAIN } from './purchase-values.js';
import { tagsAfter } from './scenario.js';
import { MACHINE, ONE_DAY, SOCIAL, VISITS } from './social-values.js';

const SCENARIOS = [TURNED_TO, READING, LONG_AGO, BUYING, BUYING_AGAIN, AMONG_OTHERS, SOCIAL, VISITS, ONE_DAY, MACHINE];

/** Strengths that decay by the millisecond lose so much in a few hours, which the numbers here leave out. */
const WITHIN = 0.003;

describe.each(SCENARIOS)('tags after $name', ({ steps, options, expected }) => {
  const tags = tagsAfter(steps, options);
  it.each(Object.entries(expected))('have %s at %d', (key, value) => {
    const found = tags.get(key)?.value ?? NaN;
    if (Number.isNaN(value)) expect(found).toBeNaN();
    else expect(Math.abs(found - value)).toBeLessThan(1e-4 + WITHIN * Math.abs(value));
  });
});

it('every tag of the catalogue is worked out by hand somewhere', () => {
  const worked = new Set(SCENARIOS.flatMap(({ expected }) => Object.keys(expected).map((key) => key.split(':')[0])));
  expect(tagCatalogue.flatMap(({ key }) => (worked.has(key) ? [] : [key]))).toEqual([]);
});
