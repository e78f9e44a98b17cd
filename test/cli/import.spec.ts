import { join } from 'node:path';
import { folderOf, imago, removeFolder } from './folders.js';
import { type TestService, startService } from './service.js';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');

describe('import of a folder of CSV', () => {
  let service: TestService;
  let folder: string;

  beforeEach(async () => {
    service = await startService();
  });
  afterEach(async () => {
    await service.close();
    await removeFolder(folder);
  });

  const importFolder = (...args: string[]) =>
    imago(['import', folder, '--url', service.url, '--checkpoint', join(folder, 'checkpoint.json'), ...args], NOW);

  it('maps columns by their meaning and fills what the data do not say', async () => {
    folder = await folderOf({
      'items.csv.gz': 'item_id,category,created_at,price,title,product_type\n1,Shoes|Boots,1600000000,49.5,"Boots, brown",A\n2,,,,,B\n',
      'users.csv': 'user_id,age,gender\nu1,25-34,f\nu2,,\n',
      'events.csv.gz':
        'user_id,item_id,type,ts,value,quantity,basket_id\nu1,1,purchase,1700000000,20,2,b7\nu2,2,rating,1700000060,4,,\nu2,3,view,,,,\n',
      'follows.csv': 'src,dst,ts\nu1,u9,\n',
    });
    const { code, out } = await importFolder('--map', 'rating=REVIEW');

    expect(code).toBe(0);
    expect([...service.items.values()]).toEqual([
      { id: '1', title: 'Boots, brown', categories: ['Shoes', 'Boots'], price: 49.5, createdAt: '2020-09-13T12:26:40.000Z' },
      { id: '2', title: '2', categories: ['unknown'] },
      { id: '3', title: '3', categories: ['unknown'] },
    ]);
    expect([...service.users.values()]).toEqual([{ id: 'u1', gender: 'f', attributes: { age: '25-34' } }, { id: 'u2' }]);
    expect([...service.events.values()].map(({ id: _, ...event }) => event)).toEqual([
      {
        type: 'PURCHASE',
        userId: 'u1',
        itemId: '1',
        occurredAt: '2023-11-14T22:13:20.000Z',
        amount: 20,
        currency: 'USD',
        quantity: 2,
        orderId: 'b7',
      },
      { type: 'REVIEW', userId: 'u2', itemId: '2', occurredAt: '2023-11-14T22:14:20.000Z', rating: 4 },
      { type: 'VIEW', userId: 'u2', itemId: '3', occurredAt: '2026-05-01T12:00:00.000Z' },
      { type: 'FOLLOW', userId: 'u1', targetUserId: 'u9', occurredAt: '2026-05-01T12:00:00.000Z' },
    ]);
    expect(out).toMatch(/users +2 +0 +0\nitems +3 +0 +0\nevents +3 +0 +0\nfollows +1 +0 +0/);
    expect(out).toContain('3 distinct users');
    expect(out).toContain('columns of items.csv that were not used: product_type');
  });

  it('gives every line an id of its own that does not change between runs, whether the file is packed or not', async () => {
    const events = 'user_id,item_id,type,ts\nu1,1,view,1700000000\nu1,1,view,1700000000\n';
    folder = await folderOf({ 'events.csv': events });
    await importFolder();
    const ids = [...service.events.keys()];
    expect(new Set(ids).size).toBe(2); // two equal lines are two events
    expect(ids.every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);

    await removeFolder(folder);
    folder = await folderOf({ 'events.csv.gz': events });
    const { out } = await importFolder();
    expect([...service.events.keys()]).toEqual(ids);
    expect(out).toMatch(/events +0 +2 +0/);
  });

  it('moves the whole data set by one amount, so that the newest event is now', async () => {
    folder = await folderOf({
      'items.csv': 'item_id,created_at\n1,1699996400\n',
      'events.csv': 'user_id,item_id,type,ts\nu1,1,view,1700000000\nu1,1,view,1700003600\n',
    });
    await importFolder('--shift-to-now');
    expect([...service.events.values()].map(({ occurredAt }) => occurredAt)).toEqual([
      '2026-05-01T11:00:00.000Z',
      '2026-05-01T12:00:00.000Z',
    ]);
    expect(service.items.get('1')?.createdAt).toBe('2026-05-01T10:00:00.000Z'); // two hours before the newest event, as in the data
  });

  it('reports what the service rejects by code and message with the first places, and still succeeds', async () => {
    folder = await folderOf({
      'events.csv': 'user_id,item_id,type,ts,value\nu1,1,rating,1700000000,0\nu1,2,rating,1700000000,5\nu2,1,rating,1700000000,0\n',
    });
    const { code, out } = await importFolder('--map', 'rating=REVIEW');
    expect(code).toBe(0);
    expect(out).toMatch(/events +1 +0 +2/);
    expect(out).toContain('2 events: INVALID_VALUE: rating is 0; it must be a number from 1 to 5 (events.csv:2, events.csv:4)');
  });

  it('refuses all types without a map at once, before anything is sent', async () => {
    folder = await folderOf({ 'events.csv': 'user_id,item_id,type,ts\nu1,1,zap,1\nu1,1,zap,1\nu1,1,boo,1\nu1,1,view,1\n' });
    const { code, notes } = await importFolder();
    expect(code).toBe(1);
    expect(notes).toContain('2 events have the type "zap", which is not mapped; say --map zap=TYPE');
    expect(notes).toContain('1 events have the type "boo"');
    expect(service.requests).toEqual([]);
  });

  it('refuses a map to a type that does not exist, and a folder that it cannot read', async () => {
    folder = await folderOf({ 'events.csv': 'user_id,item_id,type,ts\n' });
    const { code, notes } = await importFolder('--map', 'rating=STARS', '--map', 'nonsense');
    expect(code).toBe(1);
    expect(notes).toContain('--map "rating=STARS" is not NAME=TYPE');
    expect(notes).toContain('--map "nonsense" is not NAME=TYPE');
    expect((await imago(['import', join(folder, 'not-there'), '--url', service.url])).notes).toContain('cannot be read');
  });

  it('passes NDJSON through, with ids and dates where they lack, and lets the service reject what is no object', async () => {
    folder = await folderOf({
      'items.ndjson': '{"id":"1","title":"One","categories":["a"],"labels":["x"]}\n\n',
      'events.ndjson.gz': [
        '{"id":"e1","type":"LIKE","userId":"u1","itemId":"1","occurredAt":"2026-01-01T00:00:00+01:00"}',
        '{"type":"view","userId":"u1","itemId":"1"}',
        '{"type":',
      ].join('\n'),
    });
    const { code, out } = await importFolder();
    expect(code).toBe(0);
    expect(service.items.get('1')).toEqual({ id: '1', title: 'One', categories: ['a'], labels: ['x'] });
    expect(service.events.get('e1')).toMatchObject({ type: 'LIKE', occurredAt: '2026-01-01T00:00:00+01:00' });
    expect([...service.events.values()][1]).toMatchObject({ type: 'VIEW', occurredAt: '2026-05-01T12:00:00.000Z' });
    expect(out).toContain('1 events: INVALID_VALUE: the line is not a JSON object (events.ndjson:3)');
  });

  it('sends the token, and in chunks of the length asked for', async () => {
    folder = await folderOf({ 'events.csv': `user_id,item_id,type,ts\n${'u1,1,view,1700000000\n'.repeat(7)}` });
    await importFolder('--token', 'secret', '--chunk-lines', '3');
    expect(service.requests.map(({ path, lines, authorization }) => [path, lines, authorization])).toEqual([
      ['/imports/items', 1, 'Bearer secret'],
      ['/imports/events', 3, 'Bearer secret'],
      ['/imports/events', 3, 'Bearer secret'],
      ['/imports/events', 1, 'Bearer secret'],
    ]);
  });
});
