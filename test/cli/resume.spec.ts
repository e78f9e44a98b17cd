import fc from 'fast-check';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, imago, removeFolder } from './folders.js';
import { type Fate, type TestService, startService } from './service.js';

const ROWS = 25;
// Every fifth rating is 0, so 5 of 25 are rejected; items 0 to 6 are known from events alone.
const EVENTS = Array.from({ length: ROWS }, (_, i) => `u${i % 4},i${i % 7},rating,${1_700_000_000 + i},${i % 5}`);
const FILES = {
  'events.csv': `user_id,item_id,type,ts,value\n${EVENTS.join('\n')}\n`,
  'follows.csv': 'src,dst,ts\nu1,u2,\nu2,u3,\nu3,u0,\n',
};
const COUNTS = /items +7 +0 +0\nevents +20 +0 +5\nfollows +3 +0 +0/;

describe('an import that is interrupted', () => {
  let service: TestService;
  let folder: string;
  let checkpoint: string;

  beforeEach(async () => {
    service = await startService();
    folder = await folderOf(FILES);
    checkpoint = join(folder, 'checkpoint.json');
  });
  afterEach(async () => {
    await service.close();
    await removeFolder(folder);
  });

  const run = (patience: string, now?: number, ...args: string[]) =>
    imago(
      [
        'import',
        folder,
        '--url',
        service.url,
        '--map',
        'rating=REVIEW',
        '--chunk-lines',
        '4',
        '--checkpoint',
        checkpoint,
        '--patience',
        patience,
        '--shift-to-now',
        ...args,
      ],
      now,
    );
  const exists = (file: string) =>
    access(file).then(
      () => true,
      () => false,
    );

  it('ends with the same counts when an answer is lost and the request made again', async () => {
    service.fates.push('answer', 'lose-answer', 'answer', 'cut', 'drop', { status: 503 });
    const { code, out, notes } = await run('5');
    expect(code).toBe(0);
    expect(out).toMatch(COUNTS);
    expect(notes).toContain('trying again in');
    expect(await exists(checkpoint)).toBe(false);
  });

  it('goes on where it was when the client dies before it can note an acknowledgement', async () => {
    service.fates.push('answer', 'answer', 'answer', 'lose-answer'); // the fourth chunk arrives, and the client without patience ends
    const first = await run('0');
    expect(first.code).toBe(1);
    expect(first.notes).toContain('the same command goes on from there');
    expect(service.events.size).toBeGreaterThan(0);
    const sent = service.requests.length;

    const second = await run('5');
    expect(second.code).toBe(0);
    expect(second.out).toMatch(COUNTS);
    expect(second.notes).toContain('going on with the import begun at');
    // 7 items are 2 chunks and 25 events 7; 3 were acknowledged, so that 6 are left, one of follows, and the question whether the service still has the data.
    expect(service.requests.length - sent).toBe(6 + 1 + 1);
  });

  it('has the same counts and the same data after any sequence of failures of either side', async () => {
    const fate = fc.constantFrom<Fate>('answer', 'answer', 'lose-answer', 'cut', 'drop', { status: 503, retryAfter: '0' });
    const property = fc.asyncProperty(fc.array(fate, { maxLength: 14 }), async (fates) => {
      service.events.clear();
      service.items.clear();
      service.fates = [...fates];
      let result = await run('0', 1_750_000_000_000);
      for (let again = 0; result.code !== 0 && again < 20; again++) result = await run('0', 1_750_000_000_000 + again * 1000);
      expect(result.out).toMatch(COUNTS);
      expect(service.events.size).toBe(23);
      // The shift and the date of undated rows are those of the first run, whichever run sent them.
      const times = [...service.events.values()].map(({ occurredAt }) => Date.parse(String(occurredAt)));
      expect(Math.max(...times)).toBe(1_750_000_000_000);
    });
    await fc.assert(property, { numRuns: 25, seed: 7 });
  });

  it('prints the counts again when it died after the last acknowledgement', async () => {
    service.fates.push(...Array<Fate>(9).fill('answer'), 'lose-answer'); // 2 + 7 chunks, then the only one of follows
    expect((await run('0')).code).toBe(1);
    expect((await run('5')).out).toMatch(COUNTS);
  });

  it('begins again when the service was emptied in between', async () => {
    service.fates.push('answer', 'answer', 'answer', 'drop');
    expect((await run('0')).code).toBe(1);
    service.items.clear();
    service.events.clear();
    const { code, out, notes } = await run('5');
    expect(code).toBe(0);
    expect(notes).toContain('sending everything again');
    expect(out).toMatch(COUNTS);
    expect(service.events.size).toBe(23);
  });

  it('refuses a checkpoint of other options or changed files, and forgets it when told to', async () => {
    service.fates.push('answer', 'drop');
    await run('0');
    expect((await run('0', undefined, '--currency', 'EUR')).notes).toContain('other options');
    await imago(['import', folder, '--url', service.url, '--checkpoint', checkpoint, '--dry-run']);
    expect(JSON.parse(await readFile(checkpoint, 'utf8'))).toMatchObject({ folder }); // a dry run leaves it alone
    expect((await run('5', undefined, '--currency', 'EUR', '--restart')).out).toMatch(/events +20 +0 +5/);
  });

  it('sends a chunk again while the service says that items may still arrive', async () => {
    service.lagging.add('i3');
    setTimeout(() => service.lagging.delete('i3'), 300);
    const { out } = await run('5');
    expect(out).toMatch(COUNTS);
  });
});
