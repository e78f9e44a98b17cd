import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BotnetRow } from '../../src/core/evaluation/authenticity/measure.js';
import { runAuthenticity } from '../../src/cli/evaluate/authenticity.js';
import { seededRandom } from '../../src/core/random.js';

describe('evaluate --protocol authenticity', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
  const folderWith = async (files: Record<string, string>): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'imago-authenticity-'));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  };

  it('tells of a data set who is found, in words and in figures', async () => {
    const random = seededRandom(2);
    // People come in bursts: half a minute between two acts in the middle, now and then hours.
    const rows = Array.from({ length: 50 }, (_, user) => {
      let at = 1_700_000_000 + random() * 86_400;
      return Array.from({ length: 40 }, () => {
        at += random() < 0.15 ? 20_000 * random() : 5 + 60 * random() ** 3;
        return `u${user},i${Math.floor(random() * 300)},view,${Math.floor(at)}`;
      });
    }).flat();
    const folder = await folderWith({ 'events.csv': ['user_id,item_id,type,ts', ...rows].join('\n') });
    const json = join(folder, 'report.json');
    const { markdown } = await runAuthenticity(folder, { json, limit: 6 }, 'the command');
    expect(markdown).toContain('50 people, 50 of them of at least 20 acts');
    expect(markdown).toContain('| naive | 6 of 6 |');
    expect(markdown).toContain('Made by `the command`.');
    const report = JSON.parse(await readFile(json, 'utf8')) as { botnets: BotnetRow[]; clean: { people: number } };
    expect([report.botnets.length, report.botnets[0].bots, report.clean.people]).toEqual([5, 6, 50]);
    for (const { auc, feeds } of report.botnets) {
      expect(auc).toBeGreaterThan(0.95);
      expect([feeds!.people, feeds!.before <= 50, feeds!.after <= 50]).toEqual([50, true, true]);
    }
  }, 240_000);

  it('reads sessions that are told in sums', async () => {
    const sessions = Array.from({ length: 40 }, (_, i) => `${30 + i},${(30 + i) * 40},${i % 5 === 0 ? 'TRUE' : 'FALSE'}`);
    const folder = await folderWith({ 'sessions.csv': ['ProductRelated,ProductRelated_Duration,Revenue', ...sessions].join('\n') });
    const { markdown } = await runAuthenticity(folder, { limit: 5 }, 'the command');
    // 30 to 69 views: 40 * 49.5 = 1,980; and two acts for each of 8 sessions with revenue.
    expect(markdown).toContain('1 996 events of 40 people');
    expect(markdown).toContain('Discounted though they are people: 0');
  });

  it('refuses what says something of other protocols, and data without times', async () => {
    const folder = await folderWith({ 'events.csv': 'user_id,item_id,type,ts\nu,i,view,\n' });
    await expect(runAuthenticity(folder, { tune: true, core: 5 }, '')).rejects.toThrow(
      '--core is given, and authenticity knows no such thing; --tune',
    );
    await expect(runAuthenticity(folder, {}, '')).rejects.toThrow('authenticity needs a ts on every event');
  });
});
