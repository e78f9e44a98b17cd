import fc from 'fast-check';
import { readManifest } from '../../../../src/core/scoring/models/read-manifest.js';
import { FEATURES, manifestOf, ROWS } from '../../../support/model-files.js';

const read = (over: object) => readManifest('intent', { ...manifestOf('2026.11.21-1'), ...over });
const paths = (over: object) => read(over).faults.map(({ path }) => path);

describe('readManifest', () => {
  it('takes what is right, and gives what is left out its empty value', () => {
    const { name, version, kind, heads, featureNames, calibration, golden } = manifestOf('1');
    const { manifest, faults } = readManifest('intent', { name, version, kind, heads, featureNames, calibration, golden });
    expect(faults).toEqual([]);
    expect(manifest).toEqual(manifestOf('1'));
  });

  it('makes one row of a tensor of the user, written either way', () => {
    const golden = manifestOf('1').golden;
    for (const seq_gap of [[1, 2, 3], [[1, 2, 3]]])
      expect(read({ golden: { ...golden, seq_gap } }).manifest.golden.seq_gap).toEqual([[1, 2, 3]]);
  });

  it.each<[string, object, string]>([
    ['a version with a path', { version: '../../x' }, 'version'],
    ['a version of 65 characters', { version: 'a'.repeat(65) }, 'version'],
    ['the name of another model', { name: 'other' }, 'name'],
    ['a name with look-alikes', { name: 'ιntent' }, 'name'],
    ['a kind that there is not', { kind: 'tree' }, 'kind'],
    ['no click', { heads: ['like', 'addToCart', 'purchase'] }, 'heads'],
    ['a head twice', { heads: ['click', 'addToCart', 'click'] }, 'heads.2'],
    ['a head that there is not', { heads: ['click', 'addToCart', 'buy'] }, 'heads.2'],
    ['no features', { featureNames: [] }, 'featureNames'],
    ['a feature that there is not', { featureNames: [...FEATURES.slice(1), 'no.such.feature'] }, 'featureNames.2'],
    ['a tag that there is not', { tagNames: ['shoe-size'] }, 'tagNames.0'],
    ['a vocabulary that there is not', { vocabularies: { shop: 1 } }, 'vocabularies.shop'],
    ['a negative id', { vocabularies: { brand: -1 } }, 'vocabularies.brand'],
    ['a claim that there is not', { calibration: 'perfect' }, 'calibration'],
    ['a time without offset', { training: { from: '2026-01-01T00:00:00' } }, 'training.from'],
    ['training that ends before it begins', { training: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } }, 'training.from'],
    ['text that cannot be kept', { training: { data: 'a\0b' } }, 'training.data'],
    ['metrics that cannot be kept', { metrics: { a: '\ud800' } }, 'metrics'],
    ['ten quantiles', { quantiles: { [FEATURES[0]]: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } }, `quantiles.${FEATURES[0]}`],
    ['quantiles that fall', { quantiles: { [FEATURES[0]]: [0, 1, 2, 3, 4, 5, 4, 7, 8, 9, 10] } }, `quantiles.${FEATURES[0]}`],
    ['a share above 1', { missing: { [FEATURES[0]]: 1.5 } }, `missing.${FEATURES[0]}`],
    ['half a direction', { monotone: { [FEATURES[0]]: 0.5 } }, `monotone.${FEATURES[0]}`],
    ['a direction of what it does not read', { monotone: { 'user.owned@1': 1 } }, 'monotone.user.owned@1'],
    ['a golden batch of seven', { golden: { dense: ROWS.slice(0, 7), scores: ROWS.slice(0, 7) } }, 'golden.scores'],
    ['a golden batch with another number of answers', { golden: { dense: ROWS, scores: ROWS.slice(0, 9) } }, 'golden.dense'],
    ['a golden row of two', { golden: { dense: [...ROWS.slice(1), [1, 2]], scores: ROWS } }, 'golden.dense.11'],
    ['a golden number that is none', { golden: { dense: [...ROWS.slice(1), [1, 2, null]], scores: ROWS } }, 'golden.dense.11.2'],
    ['a golden id that is a fraction', { golden: { dense: ROWS, scores: ROWS, cand_brand: ROWS.map(() => 0.5) } }, 'golden.cand_brand.0'],
    ['a field that there is not', { sourceUri: 'file:///etc/passwd' }, 'sourceUri'],
  ])('refuses %s', (_, over, path) => {
    expect(paths(over)).toContain(path);
    const { message } = read(over).faults.find((fault) => fault.path === path)!;
    expect(message.length).toBeGreaterThan(path.length);
  });

  it('names all faults at once', () => {
    expect(paths({ version: 'X', heads: ['buy'], featureNames: ['a', 'b'], golden: null })).toEqual(
      expect.arrayContaining(['version', 'heads.0', 'heads', 'featureNames.0', 'featureNames.1', 'golden']) as string[],
    );
  });

  it('answers to any JSON', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => readManifest('intent', json).faults.length > 0));
    const fields = fc.constantFrom(...Object.keys(manifestOf('1')));
    fc.assert(fc.property(fields, fc.jsonValue({ maxDepth: 3 }), (field, value) => Array.isArray(read({ [field]: value }).faults)));
  });
});
