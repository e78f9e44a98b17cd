import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../src/core/random.js';

const run = promisify(execFile);
const DAY_S = 86_400;

let folder: string;

/** Run the command from its sources. */
async function evaluate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, ['--import', './test/support/ts-loader.mjs', 'src/cli/evaluate.ts', ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** A made-up shop of 40 users and 60 items: tables packed and plain, an id with a comma, a category list. */
async function writeShop(name: string, broken = ''): Promise<string> {
  const random = seededRandom(1);
  const upTo = (n: number): number => Math.floor(random() * n);
  const rows = Array.from(
    { length: 800 },
    () => `${upTo(40)},"item, ${Math.min(upTo(60), upTo(60))}",rating,${upTo(100) * DAY_S},${1 + upTo(5)}`,
  );
  const items = Array.from({ length: 60 }, (_, i) => `"item, ${i}",${i % 6 === 0 ? 'a|b' : `c${i % 4}`},,`);
  const follows = Array.from({ length: 100 }, () => `${upTo(40)},${upTo(40)},`);
  const shop = join(folder, name);
  await mkdir(shop);
  await writeFile(join(shop, 'events.csv.gz'), gzipSync(`user_id,item_id,type,ts,value\n${rows.join('\n')}\n${broken}`));
  await writeFile(join(shop, 'items.csv'), `item_id,category,created_at,price\n${items.join('\n')}\n`);
  await writeFile(join(shop, 'follows.csv'), `src,dst,ts\n${follows.join('\n')}\n`);
  return shop;
}

const SPLIT = ['--split-at', '1970-03-12', '--tune-at', '1970-02-20'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imago-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('npm run evaluate', () => {
  it.each(['time', 'leave-last-out', '8-1-1', 'next-event'])(
    'measures a folder under %s and writes what it is asked to',
    async (protocol) => {
      const shop = await writeShop(`shop-${protocol}`);
      const files = ['json', 'markdown', 'svg'].map((kind) => [`--${kind}`, join(shop, `out.${kind}`)]);
      const { code, stdout, stderr } = await evaluate(
        shop,
        '--protocol',
        protocol,
        ...SPLIT,
        '--methods',
        'popularity,itemknn,friends',
        ...files.flat(),
      );
      expect([code, stderr]).toEqual([0, '']);
      const [json, markdown, svg] = await Promise.all(files.map(([, file]) => readFile(file, 'utf8')));
      expect(markdown).toBe(stdout);
      expect(stdout).toContain(`Made by \`npm run evaluate -- ${shop} --protocol ${protocol}`);
      expect(svg).toContain('</svg>');
      const report = JSON.parse(json) as { dataset: string; protocol: string; rows: Record<string, unknown>[] };
      expect([report.dataset, report.protocol]).toEqual([`shop-${protocol}`, protocol]);
      expect(report.rows.map(({ method }) => method)).toEqual(['popularity', 'itemknn', 'friends']);
      for (const row of report.rows) {
        for (const name of ['users', 'recall20', 'recall20se', 'ndcg10', 'ndcg10se', 'coverage20', 'entropy20', 'gini'])
          expect(row[name]).toEqual(expect.any(Number));
      }
    },
  );

  it('says which slice it examined', async () => {
    const shop = await writeShop('slices');
    const [tuned, final] = await Promise.all(
      [['--tune'], []].map((extra) => evaluate(shop, '--protocol', 'time', ...SPLIT, '--methods', 'popularity', ...extra)),
    );
    expect(tuned.stdout).toContain('(tuning slice)');
    expect(tuned.stdout).toContain('Test from 1970-02-20T00:00:00.000Z up to 1970-03-12T00:00:00.000Z');
    expect(final.stdout).toContain('(final slice)');
  });

  it('measures by default everything that the data allow', async () => {
    const shop = await writeShop('without-graph');
    await rm(join(shop, 'follows.csv'));
    const { stdout } = await evaluate(shop, '--protocol', 'time', ...SPLIT, '--core', '2', '--limit', '5');
    expect(stdout).toContain('items with 2+ users and users with 2+ items');
    expect(stdout).toContain('| popularity | 5 |');
    expect(stdout).toContain('| itemknn | 5 |');
    expect(stdout).toContain('| rules | 5 |');
    expect(stdout).toContain('| feed | 5 |');
    expect(stdout).not.toContain('| friends |');
  });
});

describe('npm run evaluate -- FOLDER --protocol repurchase', () => {
  it('measures the hold on what was bought and writes what it is asked to', async () => {
    const shop = await writeShop('rebought');
    const [json, markdown] = [join(shop, 'out.json'), join(shop, 'out.md')];
    const { code, stdout, stderr } = await evaluate(shop, '--protocol', 'repurchase', ...SPLIT, '--json', json, '--markdown', markdown);
    expect([code, stderr]).toEqual([0, '']);
    expect(await readFile(markdown, 'utf8')).toBe(stdout);
    const report = JSON.parse(await readFile(json, 'utf8')) as { rules: { rule: string }[] };
    expect(report.rules.map(({ rule }) => rule)).toEqual([
      'no hold',
      '30 days for everything',
      'learned cycle of the categories',
      'learned cycle, and his own',
      'held for good',
    ]);
  });

  it('names every option that it has no use for, and what it lacks', async () => {
    const shop = await writeShop('unasked');
    const { code, stderr } = await evaluate(shop, '--protocol', 'repurchase', '--tune', '--core', '5', '--methods', 'feed');
    expect(code).toBe(1);
    for (const said of ['--core is given', '--methods is given', '--split-at says', '--tune-at says']) expect(stderr).toContain(said);
  });
});

describe('a command line that cannot be met', () => {
  it('lists all that is missing or unknown at once', async () => {
    const shop = await writeShop('unknown');
    const { code, stderr } = await evaluate(shop, '--protocol', 'time', '--tune', '--methods', 'popularity,magic');
    expect(code).toBe(1);
    expect(stderr).toContain('--split-at says where the test begins');
    expect(stderr).toContain('--tune-at says where the tuning period begins');
    expect(stderr).toContain('--methods names "magic", allowed are popularity, itemknn, friends, rules, feed');
  });

  it.each([
    [['--protocol', 'sideways'], 'Allowed choices are time, leave-last-out, 8-1-1, next-event'],
    [['--protocol', 'time', '--core', '0'], 'It is "0"; allowed are whole numbers from 1 on.'],
    [['--protocol', 'time', '--split-at', 'yesterday'], 'It is "yesterday"; allowed are ISO instants'],
    [['--protocol', 'next-event', '--half-life-days', '-1'], 'It is "-1"; allowed are numbers of days above 0.'],
    [['--protocol', 'time', '--tune', '--split-at', '1970-02-01', '--tune-at', '1970-03-01'], 'allowed is anything before --split-at'],
  ])('names the value and what is allowed: %j', async (args, message) => {
    const { code, stderr } = await evaluate(join(folder, 'unknown'), ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('names file and row of what is malformed', async () => {
    const shop = await writeShop('malformed', '1,item,rating,soon,5\n,item,rating,5,5\n');
    const { code, stderr } = await evaluate(shop, '--protocol', '8-1-1');
    expect(code).toBe(1);
    expect(stderr).toContain('events.csv.gz row 802: ts is "soon", allowed are Unix seconds or nothing');
    expect(stderr).toContain('events.csv.gz row 803: user_id is empty');
  });

  it('says what a folder lacks', async () => {
    const shop = await writeShop('lacking');
    await writeFile(join(shop, 'items.csv'), 'item_id,name\n');
    expect((await evaluate(shop, '--protocol', '8-1-1')).stderr).toContain('items.csv has no column "category"');
    await rm(join(shop, 'events.csv.gz'));
    expect((await evaluate(shop, '--protocol', '8-1-1')).stderr).toContain('holds neither events.csv.gz nor events.csv');
  });

  it('refuses to divide by time what has no times', async () => {
    const shop = await writeShop('timeless', '1,item,rating,,5\n');
    const { code, stderr } = await evaluate(shop, '--protocol', 'next-event');
    expect([code, stderr]).toEqual([
      1,
      'evaluate: next-event needs a ts on every event, and timeless has events without; 8-1-1 needs none\n',
    ]);
  });
});
