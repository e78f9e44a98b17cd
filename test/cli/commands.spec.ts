import { formatTable, widthOf } from '../../src/cli/table.js';
import { imago } from './folders.js';
import { type TestService, startService } from './service.js';

describe('the commands that show something', () => {
  let service: TestService;
  beforeEach(async () => {
    service = await startService();
  });
  afterEach(() => service.close());

  const item = {
    id: 'i1',
    kind: 'PRODUCT',
    title: 'Boots',
    categories: ['Shoes', 'Boots'],
    brand: 'B',
    price: 49.5,
    currency: 'EUR',
    stock: null,
  };

  it('lists items over as many pages as it takes', async () => {
    const asked: Record<string, unknown>[] = [];
    service.graphql = (_, variables) => {
      asked.push(variables);
      return { data: { items: { items: Array(variables.first as number).fill(item), pageInfo: { endCursor: 'c', hasNextPage: true } } } };
    };
    const { code, out } = await imago(['items', '--category', 'Shoes', '--first', '600', '--url', service.url]);
    expect(code).toBe(0);
    expect(asked).toEqual([
      { filter: { categories: ['Shoes'] }, first: 500, after: null },
      { filter: { categories: ['Shoes'] }, first: 100, after: 'c' },
    ]);
    expect(out.split('\n')[2]).toBe('i1  product  Boots  Shoes › Boots  B      49.50 EUR');
    expect(out).toContain('and more');
  });

  it('prints a feed with its reasons and how it came about, and previews without a trace', async () => {
    const asked: Record<string, unknown>[] = [];
    service.graphql = (_, variables) => {
      asked.push(variables);
      const ranking = {
        scorer: 'RULES',
        modelVersion: null,
        configVersion: 1,
        degraded: ['MODEL_MISSING'],
        relaxed: [],
        candidates: 40,
        cocoonIndex: 0.25,
        tookMs: 3.14,
      };
      const items = [
        {
          position: 1,
          score: 0.5,
          sources: ['FRIENDS', 'AFFINITY'],
          exploration: false,
          reasons: [{ text: 'Two friends bought it' }],
          item,
        },
      ];
      return { data: { feed: { items, pageInfo: { hasNextPage: true }, ranking } } };
    };
    const { out } = await imago(['feed', 'u1', '--first', '5', '--surface', 'search', '--preview', '--url', service.url]);
    expect(asked).toEqual([{ input: { userId: 'u1', first: 5, surface: 'search', preview: {} } }]);
    expect(out).toContain('1  Boots  product  Boots     49.50 EUR  0.500  friends affinity  Two friends bought it');
    expect(out).toContain('rules, settings version 1, 40 candidates, 3.1 ms; cocoon index 0.25; degraded: MODEL_MISSING; there is more');
  });

  it('prints profiles one after the other', async () => {
    service.graphql = (_, { id }) => ({
      data: {
        userProfile: {
          userId: id, lifecycle: 'ACTIVE', segments: [], authenticity: 0.5, updatedAt: '2026-05-01T12:00:00.000Z', cocoon: { index: 0.3, confidence: 0.9 },
          tags: [{ key: 'category-affinity:shoes', dimension: 'INTEREST', label: null, value: 0.75, confidence: 0.5, updatedAt: '2026-05-01T12:00:00.000Z' }],
        },
      },
    }); // prettier-ignore
    const { out } = await imago(['users', 'u1', 'u2', '--url', service.url]);
    expect(out).toContain('u1: active, last changed 2026-05-01 12:00');
    expect(out).toContain('interest   category-affinity:shoes  0.750        0.50  2026-05-01 12:00');
    expect(out).toContain('u2: active');
  });

  it('answers a fault with one line and exit code 1, and a wrong option likewise', async () => {
    service.graphql = () => ({ errors: [{ message: 'first is 1000; it must be 1 to 100', extensions: { code: 'INVALID_INPUT' } }] });
    expect(await imago(['feed', 'u1', '--url', service.url])).toEqual({
      code: 1,
      out: '',
      notes: 'imago: the service refused: first is 1000; it must be 1 to 100 (INVALID_INPUT)',
    });
    const { code, notes } = await imago(['feed', 'u1', '--first', 'none']);
    expect([code, notes]).toEqual([1, expect.stringContaining('It must be a whole number of at least 1.')]);
  });

  it('pads tables by the width that characters take, and lets no text steer the terminal', () => {
    expect(widthOf('苹果')).toBe(4);
    const table = formatTable(
      ['苹果', 'apple\u001b[31m\n'],
      [
        { title: 'name', cell: (text) => text },
        { title: 'n', cell: () => '1', right: true },
      ],
    );
    expect(table).toBe(['name         n', '───────────  ─', '苹果         1', 'apple [31m   1'].join('\n'));
  });
});
