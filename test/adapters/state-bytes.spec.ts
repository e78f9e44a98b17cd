import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { stateBytes } from '../../src/adapters/memory/state-bytes.js';
import { foldEvent, foldPage } from '../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { DAY, event, NOW, numbered, OPTIONS } from '../core/tags/history.js';

const STATES = 300;
const CARDS = 20;
const item = (no: number) =>
  numbered(no, { categoryNos: [no % 12, 20 + (no % 90)], brandNo: no % 70, creatorNo: no % 80, price: 1 + (no % 50) });
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap, and of typed arrays, that something still holds. */
function held(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function serve(state: UserState, i: number, countsAt: 'SERVED' | 'IMPRESSION', agoMs = 0): void {
  const placed = Array.from({ length: CARDS }, (_, j) => ({ itemNo: i * CARDS + j, position: j + 1, repeat: false }));
  const servedAt = NOW - agoMs + i;
  const page = {
    writer: 9,
    seq: i + 1,
    receivedAt: servedAt,
    servedAt,
    feedId: `feed-${i}-${Math.random()}`,
    kind: 'feed',
    fixedByCaller: false,
    placed,
  };
  foldPage(state, page, { page, countsAt, itemOf: item });
}

function act(state: UserState, type: 'CLICK' | 'LIKE' | 'PURCHASE', i: number): void {
  const what = { itemNo: 7 * i, occurredAt: NOW - i * DAY, seq: i + 1, ...(type === 'PURCHASE' ? { orderId: `o${i}`, amount: 3 } : {}) };
  foldEvent(state, event(type, what), item(7 * i), OPTIONS);
}

const times = (n: number, each: (i: number) => void): void => Array.from({ length: n }, (_, i) => i).forEach(each);
const HISTORIES: [name: string, build: (state: UserState) => void][] = [
  ['nothing', () => undefined],
  ['one page', (state) => serve(state, 0, 'SERVED')],
  ['a day of six pages', (state) => times(6, (i) => serve(state, i, 'SERVED'))],
  ['a day of twenty pages', (state) => times(20, (i) => serve(state, i, 'SERVED'))],
  ['pages that wait for reports', (state) => times(8, (i) => serve(state, i, 'IMPRESSION'))],
  ['a month of pages', (state) => times(30, (i) => serve(state, i, 'SERVED', (30 - i) * DAY))],
  ['forty clicks', (state) => times(40, (i) => act(state, 'CLICK', i))],
  ['sixty purchases', (state) => times(60, (i) => act(state, 'PURCHASE', i))],
];

describe('what a live state is taken to occupy', () => {
  it.each(HISTORIES)('is what it does, within a quarter: %s', (_name, build) => {
    const make = (): UserState[] =>
      Array.from({ length: STATES }, () => {
        const state = emptyState();
        build(state);
        return state;
      });
    make(); // code is compiled, and counts no more
    const before = held();
    const states = make();
    const bytes = (held() - before) / STATES;
    const told = states.reduce((sum, state) => sum + stateBytes(state), 0) / STATES;
    expect(told / bytes).toBeGreaterThan(0.8);
    expect(told / bytes).toBeLessThan(1.25);
  });
});
