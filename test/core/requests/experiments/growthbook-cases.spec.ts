import { readFileSync } from 'node:fs';
import { armFaults } from '../../../../src/core/requests/experiments/check-experiment.js';
import { type HashVersion, placeOf } from '../../../../src/core/requests/experiments/hash.js';
import { armAt, armRanges, drawnArm, equalWeights, isInPart, namespacePart, type Part, type PlaceRange } from '../../../../src/core/requests/experiments/ranges.js'; // prettier-ignore
import {
  joined,
  remember,
  type Remembered,
  rememberedArm,
  type StickyExperiment,
} from '../../../../src/core/requests/experiments/sticky.js';

type Attributes = Record<string, string>;
interface TheirExperiment {
  key: string;
  variations: unknown[];
  seed?: string;
  weights?: number[];
  coverage?: number;
  hashVersion?: HashVersion;
  force?: number;
  active?: boolean;
  ranges?: PlaceRange[];
  namespace?: [string, number, number];
  filters?: { seed: string; attribute?: string; ranges: PlaceRange[] }[];
  condition?: Record<string, string | { $inGroup: string }>;
}
interface TheirContext {
  attributes: Attributes;
  enabled?: boolean;
  qaMode?: boolean;
  url?: string;
  savedGroups?: Record<string, string[]>;
}
interface Rule extends TheirExperiment {
  hashAttribute: string;
  fallbackAttribute: string;
  bucketVersion?: number;
  minBucketVersion?: number;
  disableStickyBucketing?: boolean;
  meta?: { key: string }[];
}
interface Document {
  attributeName: string;
  attributeValue: string;
  assignments: Remembered;
}
type StickyCase = [
  string,
  { attributes: Attributes; features: Record<string, { rules: Rule[] }> },
  Document[],
  string,
  { bucket: number; key: string; variationId: number; stickyBucketUsed: boolean; hashAttribute: string },
  Record<string, Document>,
];
interface Cases {
  hash: [string, string, number, number | null][];
  getBucketRange: [string, [number, number, number[] | null], PlaceRange[]][];
  chooseVariation: [string, number, PlaceRange[], number][];
  inNamespace: [string, string, [string, number, number], boolean][];
  getEqualWeights: [number, number[]][];
  run: [string, TheirContext, TheirExperiment, unknown, boolean, boolean][];
  stickyBucket: StickyCase[];
}

const cases = JSON.parse(readFileSync('test/data/growthbook/cases.json', 'utf8')) as Cases;

/** Cases of what there is not here. */
const LEFT_OUT = [
  // Features that depend on each other: there are no feature flags.
  'Prerequisite condition passes',
];

const partOf = ({ seed, ranges }: { seed: string; ranges: PlaceRange[] }): Part => ({ seed, version: 2, ranges });

/** Segments of ours stand for conditions of theirs. */
const meetsCondition = ({ attributes, savedGroups }: TheirContext, condition: TheirExperiment['condition'] = {}): boolean =>
  Object.entries(condition).every(([name, wanted]) =>
    typeof wanted === 'string' ? attributes[name] === wanted : savedGroups![wanted.$inGroup].includes(attributes[name]),
  );

function drawnByHash(context: TheirContext, experiment: TheirExperiment): number {
  if (experiment.active === false || context.qaMode || !meetsCondition(context, experiment.condition)) return -1;
  const filters = experiment.filters ?? [];
  if (!filters.every((filter) => isInPart(context.attributes[filter.attribute ?? 'id'], partOf(filter)))) return -1;
  const namespace = filters.length === 0 && experiment.namespace;
  return drawnArm(context.attributes.id ?? '', {
    seed: experiment.seed ?? experiment.key,
    version: experiment.hashVersion ?? 1,
    ranges: experiment.ranges ?? armRanges(experiment.weights ?? equalWeights(experiment.variations.length), experiment.coverage ?? 1),
    within: namespace ? [namespacePart(namespace[0], [namespace[1], namespace[2]])] : [],
  });
}

/** What their SDK decides before it hashes: switched off, named in the address, forced. */
function runTheirs(context: TheirContext, experiment: TheirExperiment): { arm: number; byHash: boolean } {
  const named = context.url && new URL(context.url).searchParams.get(experiment.key);
  if (context.enabled === false) return { arm: -1, byHash: false };
  if (named) return { arm: Number(named), byHash: false };
  if (experiment.force !== undefined) return { arm: experiment.force in experiment.variations ? experiment.force : -1, byHash: false };
  const arm = drawnByHash(context, experiment);
  return { arm, byHash: arm >= 0 };
}

function runSticky([, context, documents, feature]: StickyCase) {
  const [rule] = context.features[feature].rules;
  const name = context.attributes[rule.hashAttribute] ? rule.hashAttribute : rule.fallbackAttribute;
  const documentOf = (attribute: string) =>
    documents.find(({ attributeName, attributeValue }) => attributeName === attribute && attributeValue === context.attributes[attribute]);
  const experiment: StickyExperiment = {
    key: rule.key ?? feature,
    arms: rule.meta ?? rule.variations.map((_, i) => ({ key: `${i}` })),
    bucketVersion: rule.bucketVersion ?? 0,
    minBucketVersion: rule.minBucketVersion ?? 0,
    isSticky: !rule.disableStickyBucketing,
  };
  const remembered = joined(documentOf(rule.fallbackAttribute)?.assignments, documentOf(rule.hashAttribute)?.assignments);
  const answer = rememberedArm(remembered, experiment);
  const seed = rule.seed ?? experiment.key;
  const version = rule.hashVersion ?? 1;
  const ranges = armRanges(rule.weights ?? equalWeights(rule.variations.length), rule.coverage ?? 1);
  const drawn = drawnArm(context.attributes[name], { seed, version, ranges });
  const arm = typeof answer === 'number' ? answer : drawn;
  const own = documentOf(name)?.assignments ?? {};
  return { arm, name, key: experiment.arms[arm].key, isRemembered: answer === arm, kept: remember(own, experiment, arm), place: placeOf(seed, context.attributes[name], version) }; // prettier-ignore
}

describe('the cases of GrowthBook', () => {
  it('agree in 8 hashes', () => {
    for (const [seed, value, version, expected] of cases.hash) expect(placeOf(seed, value, version)).toBe(expected);
    expect(cases.hash).toHaveLength(8);
  });

  it('agree in 6 ranges of arms, and weights that sum to 1.3 are refused where the SDK evens them out', () => {
    const isRefused = ([name]: [string, ...unknown[]]) => name === 'weights sum above 1';
    for (const [name, [arms, coverage, weights], expected] of cases.getBucketRange.filter((one) => !isRefused(one)))
      armRanges(weights ?? equalWeights(arms), coverage).forEach(([low, high], arm) => {
        expect([name, low.toFixed(9), high.toFixed(9)]).toEqual([name, expected[arm][0].toFixed(9), expected[arm][1].toFixed(9)]);
      });
    const arms = cases.getBucketRange.find(isRefused)![1][2]!.map((weight, i) => ({ key: `arm-${i}`, weight }));
    expect(armFaults(arms).map(({ message }) => message)).toEqual(['variants.weight is 1.2999999999999998; the weights must sum to 1']);
    expect(cases.getBucketRange).toHaveLength(7);
  });

  it('agree in 7 choices of an arm', () => {
    for (const [name, place, ranges, expected] of cases.chooseVariation) expect([name, armAt(place, ranges)]).toEqual([name, expected]);
    expect(cases.chooseVariation).toHaveLength(7);
  });

  it('agree in 8 namespaces', () => {
    for (const [name, unit, [namespace, low, high], expected] of cases.inNamespace)
      expect([name, isInPart(unit, namespacePart(namespace, [low, high]))]).toEqual([name, expected]);
    expect(cases.inNamespace).toHaveLength(8);
  });

  it('agree in 3 even divisions', () => {
    for (const [arms, expected] of cases.getEqualWeights) {
      expect(equalWeights(arms)).toHaveLength(expected.length);
      equalWeights(arms).forEach((weight, i) => expect(weight).toBeCloseTo(expected[i], 8));
    }
    expect(cases.getEqualWeights).toHaveLength(3);
  });

  const applicable = cases.run.filter(([name]) => !LEFT_OUT.includes(name));
  it.each(applicable)('agree in the experiment "%s"', (_name, context, experiment, value, isIn, isByHash) => {
    const { arm, byHash } = runTheirs(context, experiment);
    expect({ value: experiment.variations[Math.max(0, arm)], isIn: arm >= 0, byHash }).toEqual({ value, isIn, byHash: isByHash });
  });

  it('leave out one experiment of 37', () => {
    expect([cases.run.length, applicable.length]).toEqual([37, 36]);
  });

  it.each(cases.stickyBucket)('agree in what is remembered: "%s"', (...one) => {
    const [, , , , expected, documents] = one;
    const { arm, name, key, isRemembered, kept, place } = runSticky(one);
    expect({ arm, name, key, isRemembered, place }).toEqual({ arm: expected.variationId, name: expected.hashAttribute, key: expected.key, isRemembered: expected.stickyBucketUsed, place: expected.bucket }); // prettier-ignore
    expect(kept).toEqual(documents[`${name}||${one[1].attributes[name]}`].assignments);
  });

  it('count 7 of what is remembered', () => {
    expect(cases.stickyBucket).toHaveLength(7);
  });
});
