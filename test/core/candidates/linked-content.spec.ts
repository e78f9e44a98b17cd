import fc from 'fast-check';
import { CandidateSet } from '../../../src/core/candidates/candidate-set.js';
import { FEED_SOURCES } from '../../../src/core/candidates/feed-sources.js';
import { addLinked } from '../../../src/core/candidates/linked-content.js';
import { ItemSums } from '../../../src/core/candidates/item-sums.js';
import { gatherSignals, type Signals } from '../../../src/core/candidates/signals.js';
import { sourcesOf } from '../../../src/core/candidates/sources.js';
import { buildPage } from '../../../src/core/feed.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { DAY, inputsFor, neighboursOf, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const signalsFor = (inputs: PageInputs): Signals => gatherSignals(inputs, new PipelineRun(inputs));

/** What some sources offer, in their order, all of it as SIMILAR. */
function offered(names: string[], inputs: PageInputs): number[] {
  const run = new PipelineRun(inputs);
  const set = new CandidateSet(gatherSignals(inputs, run));
  const sources = FEED_SOURCES.filter(({ name }) => names.includes(name));
  run.propose(sources, gatherSignals(inputs, run), inputs.config.settings, set);
  const found = [...set.itemNos.subarray(0, set.size)];
  for (const no of found) expect(sourcesOf(set.sourcesOf(no))).toEqual(['SIMILAR']);
  return found;
}
const linked = (inputs: PageInputs): number[] => offered(['linked-content'], inputs);

describe('linked content', () => {
  it('brings the goods that content names, in its order, and the content that names goods, the newest first', () => {
    const shop = new TestShop();
    for (let i = 0; i < 4; i++) shop.put();
    const note = shop.put({ kind: 'NOTE', productIds: ['i2', 'i0', 'ghost', 'i2'] });
    const video = shop.put({ kind: 'VIDEO', productIds: ['i0'] });
    const after = (no: number) => inputsFor(shop.shop(), { state: shop.stateAfter(shop.event('u', 'CLICK', no)) });
    expect([linked(after(note)), linked(after(0)), linked(after(3))]).toEqual([[2, 0], [video, note], []]); // prettier-ignore
    const { evidence } = signalsFor(after(note));
    // A click counts 0.4; what is named second 0.95 of that.
    expect([evidence.linked.sumOf(2), evidence.linked.sumOf(0)]).toEqual([0.4, 0.4 * 0.95]);
    expect(evidence.similar.size).toBe(0);
  });

  it('starts from the cart and from what is owned as well', () => {
    const shop = new TestShop();
    for (let i = 0; i < 60; i++) shop.put();
    const [onOwned, onCart] = ['i0', 'i1'].map((id) => shop.put({ kind: 'LIVE', productIds: [id] }));
    const bought = shop.event('u', 'PURCHASE', 0, { occurredAt: NOW - 90 * DAY });
    const later = Array.from({ length: 55 }, (_, i) => shop.event('u', 'CLICK', i + 3));
    const state = shop.stateAfter(bought, ...later);
    const inputs = inputsFor(shop.shop(), { state, request: { contextItems: [1] } });
    expect(linked(inputs)).toEqual([onCart, onOwned]);
    expect(signalsFor(inputs).evidence.linked.sumOf(onOwned)).toBe(0.2);
    expect(linked(inputsFor(shop.shop(), { state, purposes: new Set() }))).toEqual([]);
  });

  it('finds goods that came after the content, and follows what is named, removed, ended and put back', () => {
    const shop = new TestShop();
    const note = shop.put({ kind: 'NOTE', productIds: ['i1'] });
    const good = shop.put();
    const other = shop.put();
    const about = (no: number) => linked(inputsFor(shop.shop(), { state: shop.stateAfter(shop.event('u', 'CLICK', no)) }));
    expect([about(note), about(good)]).toEqual([[good], [note]]);
    shop.put({ kind: 'NOTE', productIds: ['i2'] }, note);
    expect([about(good), about(other)]).toEqual([[], [note]]);
    shop.put({ kind: 'NOTE', productIds: ['i2'], removed: true }, note);
    expect([about(other), shop.catalogue.links.isEmpty]).toEqual([[], true]);
    shop.put({ kind: 'LIVE', productIds: ['i2'], availableUntil: NOW }, note);
    expect(about(other)).toEqual([]);
    shop.put({ kind: 'LIVE', productIds: ['i2'], availableUntil: NOW + 1 }, note);
    expect(about(other)).toEqual([note]);
    shop.put({ removed: true }, other);
    expect(about(note)).toEqual([]);
  });

  it('takes the twenty newest of any number about one item', () => {
    const shop = new TestShop();
    const good = shop.put();
    for (let i = 0; i < 90; i++) shop.put({ kind: 'NOTE', productIds: ['i0'], ...(i > 80 ? { availableUntil: NOW - DAY } : {}) });
    const state = shop.stateAfter(shop.event('u', 'LIKE', good));
    const newest = Array.from({ length: 20 }, (_, i) => 81 - i);
    expect(linked(inputsFor(shop.shop(), { state }))).toEqual(newest);
  });

  it('shares the limit of SIMILAR, of which it takes a fifth where it has as much', () => {
    const shop = new TestShop();
    for (let i = 0; i < 30; i++) shop.put();
    const row = Array.from({ length: 20 }, (_, i): [number, number] => [i + 1, 1 - i / 100]);
    const settings = { sources: [{ source: 'SIMILAR' as const, limit: 10 }] };
    const state = shop.stateAfter(shop.event('u', 'LIKE', 0));
    const tables = shop.shop({ similar: neighboursOf(30, { 0: row }) });
    const both = () => offered(['linked-content', 'similar'], inputsFor(tables, { state, settings }));
    expect(both()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const only = shop.put({ kind: 'NOTE', productIds: ['i0'] });
    expect(both()).toEqual([only, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Item 1 is similar as well as linked, and is taken once.
    shop.put({ kind: 'NOTE', productIds: ['i0'] }, 1);
    for (let i = 0; i < 5; i++) shop.put({ kind: 'NOTE', productIds: ['i0'] });
    expect(both()).toEqual([only + 5, only + 4, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('offers nothing that is not linked, and nothing twice', () => {
    const piece = fc.array(fc.nat(14), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }), (pieces, liked) => {
        const shop = new TestShop();
        for (let i = 0; i < 12; i++) shop.put();
        pieces.forEach((named) => shop.put({ kind: 'NOTE', productIds: named.map((no) => `i${no}`) }));
        const state = shop.stateAfter(...liked.filter((no) => no < shop.catalogue.size).map((no) => shop.event('u', 'LIKE', no)));
        const found = linked(inputsFor(shop.shop(), { state }));
        expect(new Set(found).size).toBe(found.length);
        const names = (a: number, b: number): boolean => a >= 12 && (pieces[a - 12]?.includes(b) ?? false);
        for (const no of found) expect(liked.some((from) => names(no, from) || names(from, no))).toBe(true);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('looks at nothing where no content names anything', () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put({ productIds: ['i0'] });
    shop.put({ kind: 'NOTE' });
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 0));
    Object.defineProperty(state, 'purchases', { get: () => expect(true).toBe(false) });
    const sums = new ItemSums();
    addLinked(sums, shop.catalogue, state, [{ itemNo: 0, weight: 1, isBought: true }], NOW);
    expect(sums.size).toBe(0);
  });

  it('is told with the item that led there, where nothing else did', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 6; i++) shop.put({ categories: [`c${i}`] });
    const note = shop.put({ kind: 'NOTE', productIds: ['i0'], categories: ['notes'] });
    const inputs = inputsFor(shop.shop(), {
      state: shop.stateAfter(shop.event('u', 'CLICK', 0)),
      settings: { ...PLAIN, sources: [{ source: 'FRESH', limit: 0 }, { source: 'TRENDING', limit: 0 }] },
    }); // prettier-ignore
    const { placed } = await buildPage(inputs);
    const told = placed.find(({ itemNo }) => itemNo === note)!;
    expect(told.sources).toEqual(['SIMILAR']);
    expect(told.reasons).toEqual([expect.objectContaining({ code: 'SIMILAR_TO', itemId: 'i0' })]);
    expect(placed.find(({ itemNo }) => itemNo === 3)?.reasons.map(({ code }) => code)).not.toContain('SIMILAR_TO');
  });
});
