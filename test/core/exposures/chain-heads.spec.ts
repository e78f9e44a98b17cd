import { CanonicalBytes } from '../../../src/core/exposures/canonical-bytes.js';
import { byChain, type ChainHead, headsDigest, headsStart, hourFault, type HourHeads } from '../../../src/core/exposures/chain-heads.js';

const bytes = new CanonicalBytes();
const head = (fields: Partial<ChainHead> = {}): ChainHead => ({
  kind: 'events',
  day: '2026-11-22',
  writer: 3,
  seq: 12,
  hash: 'ab'.repeat(32),
  ...fields,
});
const published = (fields: Partial<HourHeads> = {}): HourHeads => {
  const unsigned = { hour: 3_600_000, at: 7_300_000, previous: headsStart(bytes), heads: [head()], ...fields };
  return { ...unsigned, digest: headsDigest(bytes, unsigned) };
};

describe('published heads', () => {
  it('follow the hour before them', () => {
    const first = published();
    const second = published({ hour: 7_200_000, previous: first.digest });
    expect(hourFault(bytes, first, headsStart(bytes))).toBeNull();
    expect(hourFault(bytes, second, first.digest)).toBeNull();
    expect(hourFault(bytes, second, second.digest)).toMatchObject({ hour: 7_200_000, reason: expect.stringContaining('follow') as string });
    expect(hourFault(bytes, second, null)).toBeNull();
  });

  it.each<[string, (hour: HourHeads) => HourHeads]>([
    ['the time', (hour) => ({ ...hour, at: hour.at + 1 })],
    ['the hour', (hour) => ({ ...hour, hour: hour.hour + 1 })],
    ['the hour before', (hour) => ({ ...hour, previous: 'cd'.repeat(32) })],
    ['a head less', (hour) => ({ ...hour, heads: [] })],
    ['a head more', (hour) => ({ ...hour, heads: [...hour.heads, head({ writer: 4 })] })],
    ['the log of a head', (hour) => ({ ...hour, heads: [head({ kind: 'exposures' })] })],
    ['the day of a head', (hour) => ({ ...hour, heads: [head({ day: '2026-11-21' })] })],
    ['the writer of a head', (hour) => ({ ...hour, heads: [head({ writer: 4 })] })],
    ['the place of a head', (hour) => ({ ...hour, heads: [head({ seq: 11 })] })],
    ['the hash of a head', (hour) => ({ ...hour, heads: [head({ hash: 'ac'.repeat(32) })] })],
  ])('have another digest when %s is changed', (_, change) => {
    expect(hourFault(bytes, change(published()), null)).toMatchObject({ reason: expect.stringContaining('digest') as string });
  });

  it('have one order', () => {
    const heads = [head(), head({ writer: 20 }), head({ day: '2026-11-21', writer: 9 }), head({ kind: 'exposures', writer: 1 })];
    expect(heads.sort(byChain).map(({ writer }) => writer)).toEqual([9, 3, 20, 1]);
  });
});
