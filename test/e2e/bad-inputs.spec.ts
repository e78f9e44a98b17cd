import { Client } from 'pg';
import { existsSync, readFileSync } from 'node:fs';
import { leafPaths, leastArguments, requestFor, ROOT_FIELDS, textAt } from '../support/schema-arguments.js';
import { startTestService, type TestService } from '../support/service.js';
import { openSmallShop } from '../support/small-shop.js';
import { CATALOGUE, COUNTS } from './bad-inputs/catalogue.js';
import { type Row, ROWS } from './bad-inputs/rows.js';

const INSIDES = /node_modules|\bat \S+ \(|\.[jt]s:\d+|Maximum call stack|violates|syntax error at or near|byte sequence/;

interface Raw {
  status: number;
  text: string;
  data: Record<string, { accepted?: number; rejected?: { code: string }[] } | null> | null;
  errors: { extensions: { code: string; faults?: { path: string }[] } }[];
}

/** Rows of every table; tables that the service writes by itself are left out. */
async function rowCounts(databaseUrl: string): Promise<Record<string, number>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    const written = rows.map(({ name }) => name).filter((name) => WRITTEN.some((one) => name === one));
    const counts: Record<string, number> = {};
    for (const name of written) counts[name] = Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${name}`)).rows[0].n);
    return counts;
  } finally {
    await client.end();
  }
}
/** What callers alone have written into. */
const WRITTEN = ['events', 'pages', 'exposures', 'items', 'users', 'experiments', 'audit', 'ranking_configs', 'settings', 'triggers', 'alert_rules', 'blocks', 'model_versions', 'mutes', 'consents', 'identities']; // prettier-ignore

describe('the catalogue of bad inputs', () => {
  it('has every number once', () => {
    const wanted = Object.entries(COUNTS).flatMap(([letter, n]) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
    expect(CATALOGUE.map(({ id }) => id)).toEqual(wanted);
  });
  it('names where each is tried, and why the others do not apply', () => {
    const lost = CATALOGUE.filter(({ id, covered }) => {
      if (covered === 'here') return !ROWS.some((row) => row.id === id);
      if ('not' in covered) return covered.not.length < 10;
      const file = new URL(`../${covered.spec}`, import.meta.url);
      return !existsSync(file) || /^(describe|it)\b/.test(covered.says) || !readFileSync(file, 'utf8').includes(covered.says);
    });
    expect(lost).toEqual([]);
    // A row that is refused says by which code and at which field, or by which code alone where a thing and no field is at fault.
    expect(ROWS.filter(({ refused }) => refused?.path === null && !['NOT_FOUND', 'CONFLICT'].includes(refused.code))).toEqual([]);
    // One that is taken says what comes of it.
    expect(
      ROWS.filter(({ refused, data, rejected, query }) => refused === null && !data && !rejected && !query.includes('ReportInput')),
    ).toEqual([]);
    expect(ROWS.filter((row) => CATALOGUE.find(({ id }) => id === row.id)?.covered !== 'here')).toEqual([]);
  });
});

describe('bad inputs', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ WEBHOOK_URL: 'http://127.0.0.1:9/', WEBHOOK_SECRET: 'known to the two of us alone' });
    await openSmallShop(service);
    await service.ask(`mutation { createExperiment(input: { key: "ended", hypothesis: "it helps", coverage: 0.5, variants: [{ key: "a", weight: 0.5 }, { key: "b", weight: 0.5 }] }) { key }
      startExperiment(key: "ended") { key } stopExperiment(key: "ended", reason: "done") { key } }`);
  }, 120_000);
  afterAll(() => service.stop());

  async function post(body: object): Promise<Raw> {
    const headers = { 'content-type': 'application/json' };
    const answer = await service.http('/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await answer.text();
    const { data, errors = [] } = JSON.parse(text) as { data: Raw['data']; errors?: Raw['errors'] };
    return { status: answer.status, text, data, errors };
  }
  const expectDecent = ({ status, text, errors }: Raw): void => {
    expect(status).toBeLessThan(500);
    expect(errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL');
    expect(JSON.stringify(errors)).not.toMatch(INSIDES);
    expect(JSON.stringify(errors)).not.toMatch(/[xA]{61}/);
    expect(text.length).toBeLessThan(20_000);
  };

  it.each(ROWS.filter(({ refused }) => refused !== null).map((row): [string, string, Row] => [row.id, row.what, row]))(
    '%s, %s: refused, and nothing of it is kept',
    async (_id, _what, { query, variables, refused }) => {
      const before = await rowCounts(service.databaseUrl);
      const answer = await post({ query, variables });
      expectDecent(answer);
      expect([answer.status, answer.data && Object.values(answer.data)]).toEqual([refused!.status ?? 200, answer.data && [null]]);
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual([refused!.code]);
      if (refused!.path !== null) expect(answer.errors[0].extensions.faults?.map(({ path }) => path)).toContain(refused!.path);
      expect(await rowCounts(service.databaseUrl)).toEqual(before);
    },
  );

  it.each(ROWS.filter(({ refused }) => refused === null).map((row): [string, string, Row] => [row.id, row.what, row]))(
    '%s, %s: taken for what it is',
    async (_id, _what, { query, variables, rejected, data }) => {
      const { events: before } = await rowCounts(service.databaseUrl);
      const answer = await post({ query, variables });
      expectDecent(answer);
      expect([answer.status, answer.errors]).toEqual([200, []]);
      expect(Object.values(answer.data!)).not.toContain(null);
      if (data) expect(answer.data).toMatchObject(data);
      if (!rejected) return;
      const { recordEvents: done } = answer.data!;
      const sent = (variables as { i: unknown[] }).i.length;
      expect(done?.rejected?.map(({ code }) => code)).toEqual(rejected);
      expect(done?.accepted).toBe(sent - rejected.length);
      expect((await rowCounts(service.databaseUrl)).events - before).toBe(sent - rejected.length);
    },
  );

  const texts = ROOT_FIELDS.flatMap((root) => leafPaths(root.field).map((path): [string, string, () => object[]] => [root.field.name, path.join('.'), () =>
    ['a\0b', '\ud800', '', 'x'.repeat(10_000), '__proto__', "'; DROP TABLE events; --"].map((text) => requestFor(root, textAt(leastArguments(root.field, path), path, text))),
  ])); // prettier-ignore
  it('knows all the places for text', () => expect(texts.length).toBeGreaterThan(150));
  it.each(texts)('A22, text that cannot be kept or is odd, in %s at %s', async (_name, _path, requests) => {
    for (const request of requests()) expectDecent(await post(request));
  });

  it('are all over, and the service is as it was', async () => {
    expect((await service.http('/health/ready')).status).toBe(200);
    expect(await service.ask('{ item(id: "item-1") { id } }')).toEqual({ item: { id: 'item-1' } });
  });
});
