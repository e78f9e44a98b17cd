import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ImportKind } from '../../src/app/app.js';
import { type BatchResult } from '../../src/app/answers.js';
import { AppError } from '../../src/core/errors.js';
import { type Edge, openEdge } from './fixture.js';

interface Imported {
  kind: ImportKind;
  replace: boolean;
  lines: number;
  longest: number;
  first: string[];
  /** How the stream ended for the App. */
  end: 'whole' | 'cut' | null;
}

describe('imports', () => {
  let edge: Edge;
  let imported: Imported;
  let refuseAfter = Infinity;

  beforeAll(async () => {
    edge = await openEdge({
      importLines: async (kind, lines, { replace }) => {
        imported = { kind, replace, lines: 0, longest: 0, first: [], end: null };
        const mine = imported;
        try {
          for await (const line of lines) {
            if (mine.lines === refuseAfter) throw new AppError('UNAVAILABLE', 'the ledger is away');
            mine.lines++;
            mine.longest = Math.max(mine.longest, line.length);
            if (mine.first.length < 5) mine.first.push(line);
          }
          mine.end = 'whole';
        } catch (error) {
          mine.end = 'cut';
          throw error;
        }
        return { accepted: mine.lines, duplicates: 1, rejectedTotal: 2, rejected: [] };
      },
    });
  });
  beforeEach(() => {
    refuseAfter = Infinity;
    edge.lines.length = 0;
  });
  afterAll(() => edge.server.close());

  const NDJSON = { 'content-type': 'application/x-ndjson' };
  const send = (path: string, body: RequestInit['body'], headers: Record<string, string> = NDJSON) =>
    fetch(`${edge.url}/imports/${path}`, { method: 'POST', headers, body, duplex: 'half' });
  const streamOf = (chunks: Iterable<string> | AsyncIterable<string>) =>
    Readable.toWeb(Readable.from(chunks)) as unknown as RequestInit['body'];
  const until = async (what: () => boolean) => {
    for (let tries = 0; tries < 200 && !what(); tries++) await sleep(20);
    expect(what()).toBe(true);
  };

  it.each(['items', 'users', 'events'] as const)('hand %s to the App line by line and answer with the counts', async (kind) => {
    const answer = await send(kind, '{"id":"a"}\r\n\n{"broken\n{"id":"灯"}');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { accepted: 4, duplicates: 1, rejectedTotal: 2, rejected: [] } satisfies BatchResult,
    ]);
    expect(imported).toMatchObject({ kind, replace: false, first: ['{"id":"a"}', '', '{"broken', '{"id":"灯"}'], end: 'whole' });
  });

  it('pass on that items replace what there is', async () => {
    await send('items?mode=replace', '{"id":"a"}\n');
    expect(imported.replace).toBe(true);
  });

  it.each([
    ['another kind', 'orders', '{}', NDJSON, 404, 'NOT_FOUND'],
    ['a mode that is none', 'items?mode=merge', '{}', NDJSON, 400, 'INVALID_INPUT'],
    ['a mode given twice', 'items?mode=replace&mode=replace', '{}', NDJSON, 400, 'INVALID_INPUT'],
    ['replacing events', 'events?mode=replace', '{}', NDJSON, 400, 'INVALID_INPUT'],
    ['JSON', 'events', '{}', { 'content-type': 'application/json' }, 415, 'INVALID_INPUT'],
    ['plain text', 'events', '{}', { 'content-type': 'text/plain' }, 415, 'INVALID_INPUT'],
    ['a compressed stream', 'events', '{}', { ...NDJSON, 'content-encoding': 'gzip' }, 415, 'INVALID_INPUT'],
  ])('refuse %s', async (_what, path, body, headers, status, code) => {
    const answer = await send(path, body, headers);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
  });

  it('refuse a request without a body', async () =>
    expect((await fetch(`${edge.url}/imports/events`, { method: 'POST' })).status).toBe(415));

  it('take 200,000 lines in flat memory', async () => {
    const line = `{"id":"event","type":"VIEW","userId":"user","itemId":"item","occurredAt":"2026-11-21T00:00:00Z","query":"${'x'.repeat(120)}"}\n`;
    const measure = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    let highest = 0;
    const chunks = function* () {
      for (let i = 0; i < 2_000; i++) {
        if (i % 50 === 0) highest = Math.max(highest, measure());
        yield line.repeat(100);
      }
    };
    const before = measure();
    const answer = await send('events', streamOf(chunks()));
    expect([answer.status, imported.lines]).toEqual([200, 200_000]);
    // 45 MB went through; what was held at any time is garbage of a few turns.
    expect(highest - before).toBeLessThan(120e6);
  });

  it('read no faster than the App takes', async () => {
    let produced = 0;
    const slow = await openEdge({
      importLines: async (_kind, lines) => {
        let accepted = 0;
        for await (const _line of lines) if (++accepted === 1) await sleep(400);
        return { accepted, duplicates: 0, rejectedTotal: 0, rejected: [] };
      },
    });
    const chunk = `${'x'.repeat(1_000)}\n`.repeat(64);
    const chunks = function* () {
      for (; produced < 1_000; produced++) yield chunk;
    };
    const answer = fetch(`${slow.url}/imports/events`, {
      method: 'POST',
      headers: NDJSON,
      body: streamOf(chunks()),
      duplex: 'half',
    });
    await sleep(300);
    expect(produced).toBeLessThan(500);
    expect(await (await answer).json()).toMatchObject({ accepted: 64_000 });
    await slow.server.close();
  });

  it('make one line of what has no newline, and hold no more of it than a line may have', async () => {
    const megabyte = 'x'.repeat(1_000_000);
    const chunks = function* () {
      yield '{"id":"a"}\n';
      for (let i = 0; i < 30; i++) yield megabyte;
      yield '\n{"id":"b"}\n';
    };
    expect((await send('events', streamOf(chunks()))).status).toBe(200);
    expect(imported).toMatchObject({ lines: 3, longest: 65_537, end: 'whole' });
  });

  it('end with an error for the App when the caller goes away, and log no fault of ours', async () => {
    const socket = connect(edge.port, '127.0.0.1');
    socket.write(
      'POST /imports/items?mode=replace HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{}\n{\r\n',
    );
    await until(() => imported.replace && imported.lines === 1);
    socket.destroy();
    await until(() => imported.end !== null);
    expect(imported.end).toBe('cut');
    expect(edge.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('end with an error for the App when fewer bytes come than were announced', async () => {
    const socket = connect(edge.port, '127.0.0.1');
    socket.end(
      'POST /imports/items?mode=replace HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100\r\n\r\n{}\n{}\n',
    );
    await until(() => imported.replace && imported.end !== null);
    expect(imported.end).toBe('cut');
    socket.destroy();
  });

  it('answer at once when the App refuses, though lines are still coming', async () => {
    refuseAfter = 10;
    const socket = connect(edge.port, '127.0.0.1');
    let got = '';
    socket.on('data', (data) => void (got += data.toString()));
    socket.on('error', () => undefined);
    socket.write(
      'POST /imports/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.write(`2d\r\n${'{}\n'.repeat(15)}\r\n`);
    await until(() => got.includes('the ledger is away'));
    expect(got).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1/is);
    await until(() => socket.destroyed || socket.readableEnded);
    socket.destroy();
  });

  it('log their counts', async () => {
    await send('events', '{}\n{}\n');
    await until(() => edge.lines.some(({ message }) => message === 'request'));
    expect(edge.lines.find(({ message }) => message === 'request')?.facts).toMatchObject({
      operation: 'import events',
      status: 200,
      batches: [{ of: 'events', accepted: 2, duplicates: 1, rejected: 2 }],
    });
  });
});
