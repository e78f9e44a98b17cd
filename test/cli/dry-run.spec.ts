import { folderOf, imago, removeFolder } from './folders.js';

describe('import --dry-run', () => {
  let folder: string;
  afterEach(() => removeFolder(folder));

  const dryRun = (...args: string[]) => imago(['import', folder, '--dry-run', '--url', 'http://127.0.0.1:1', ...args]); // nobody listens there

  it('lists every fault of every file with its line, and sends nothing', async () => {
    folder = await folderOf({
      'items.csv': 'item_id,category,price\n1,a,-2\n2,a,cheap\n3,a\n',
      'users.csv': 'user_id,birth_year\nu1,1200\n',
      'events.csv':
        'user_id,item_id,type,ts,value\nu1,1,rating,1700000000,0\nu1,,view,1700000000,\nu1,1,zap,1700000000,\nu1,1,view,yesterday,\n',
      'follows.csv': 'src,dst,ts\nu1,u1,\n',
    });
    const { code, out } = await dryRun('--map', 'rating=REVIEW');
    expect(code).toBe(1);
    const faults = out.split('\n').filter((line) => /^[a-z]+\.csv:\d+: |^events:/.test(line));
    expect(faults).toEqual([
      'items.csv:4: 2 cells where the header has 3',
      'events:0: 1 events have the type "zap", which is not mapped; say --map zap=TYPE',
      expect.stringMatching(/^users\.csv:2: birthYear is 1200/),
      expect.stringMatching(/^items\.csv:2: price is -2/),
      expect.stringMatching(/^items\.csv:3: price is "cheap"/),
      'events.csv:2: rating is 0; it must be a number from 1 to 5',
      expect.stringMatching(/^events\.csv:3: itemId/),
      expect.stringMatching(/^events\.csv:5: occurredAt is "yesterday"/),
      expect.stringMatching(/^follows\.csv:2: targetUserId/),
    ]);
    expect(out).toContain('9 faults');
  });

  it('names the line of a quote that does not close and of a header that lacks what is needed', async () => {
    folder = await folderOf({ 'items.csv': 'item_id,title\n1,"Boots\n', 'follows.csv': 'a,b\n1,2\n' });
    const { out } = await dryRun();
    expect(out).toMatch(/items\.csv:\d: Quote Not Closed/);
    expect(out).toContain('follows.csv:1: the header lacks a column for userId and targetUserId');
  });

  it('finds nothing wrong with good data, and says what there is', async () => {
    folder = await folderOf({ 'events.csv': 'user_id,item_id,type,ts\nu1,1,view,1700000000\nu2,1,click,\n' });
    const { code, out } = await dryRun();
    expect(code).toBe(0);
    expect(out).toBe(
      'no faults in 1 items, 2 events\n2 distinct users; newest event 2023-11-14T22:13:20.000Z; 1 rows without a date; nothing was sent',
    );
  });
});
