import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { run } from '../../src/cli/program.js';

describe('imago log rebuild', () => {
  const asked: string[] = [];
  let lines: object[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url ?? '');
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  const command = async (): Promise<{ code: number; said: string[] }> => {
    const said: string[] = [];
    const tell = (text: string): void => void said.push(text);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const argv = ['node', 'imago', '--url', url, 'log', 'rebuild', '--from', '2026-01-31T00:00:00Z'];
    const code = await run(argv, { output: { out: tell, note: tell }, now: () => 0, isTerminal: false });
    return { code, said };
  };

  it('counts the pages that are the same', async () => {
    lines = [{ done: true, pages: 9, equal: 9, scoresFromLog: 2 }];
    const { code, said } = await command();
    expect(code).toBe(0);
    expect(said).toEqual([
      '9 of 9 pages are the same, byte for byte; the scores of 2 were taken from the log, since their model cannot be asked again',
    ]);
    expect(asked[0]).toBe('/exports/rebuilt?from=2026-01-31T00%3A00%3A00Z');
  });

  it('names the first that differs, and ends with 1', async () => {
    const differing = { feedId: 'f', difference: 'candidate 1 is item 4; the log has 5' };
    lines = [
      { ...differing, pageNo: 0 },
      { ...differing, pageNo: 1 },
      { done: true, pages: 9, equal: 7, scoresFromLog: 0 },
    ];
    const { code, said } = await command();
    expect(code).toBe(1);
    expect(said).toEqual([
      'the first that differs is page 0 of feed f: candidate 1 is item 4; the log has 5',
      '7 of 9 pages are the same, byte for byte',
    ]);
  });

  it('does not take an answer that was cut off for whole', async () => {
    lines = [];
    const { code, said } = await command();
    expect([code, said]).toEqual([1, ['imago: the answer was cut off before every page was made again']]);
  });
});
