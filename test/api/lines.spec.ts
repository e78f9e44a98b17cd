import fc from 'fast-check';
import { Readable } from 'node:stream';
import { linesOf } from '../../src/api/lines.js';

const LIMITS = { maxLineBytes: 16, silenceMs: 1_000 };

async function read(chunks: (string | Buffer)[], limits = LIMITS): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(
    Readable.from(
      chunks.map((chunk) => Buffer.from(chunk)),
      { objectMode: false },
    ),
    limits,
  ))
    lines.push(line);
  return lines;
}

describe('the lines of a stream', () => {
  it('end with a newline, which the last one need not have', async () => {
    expect(await read(['a\nb\nc'])).toEqual(['a', 'b', 'c']);
    expect(await read(['a\nb\n'])).toEqual(['a', 'b']);
    expect(await read([])).toEqual([]);
  });
  it('may come in pieces', async () => expect(await read(['ab', 'c\nd', '', 'e', '\n', 'f'])).toEqual(['abc', 'de', 'f']));
  it('keep their place when some are blank', async () => expect(await read(['a\n\n\r\nb'])).toEqual(['a', '', '', 'b']));
  it('may end as on Windows, with a mark at the beginning', async () => expect(await read(['\uFEFFa\r', '\nb\r\n'])).toEqual(['a', 'b']));
  it('keep characters whole that are cut in two', async () => {
    const bytes = Buffer.from('灯\n');
    expect(await read([bytes.subarray(0, 1), bytes.subarray(1, 2), bytes.subarray(2)])).toEqual(['灯']);
  });
  it('are as long as they may be', async () => {
    const longest = 'x'.repeat(16);
    expect(await read([`${longest}\n${longest}\r\n${longest}`])).toEqual([longest, longest, longest]);
  });
  it('that are too long become one character too long, and the next is read', async () => {
    expect(await read([`${'x'.repeat(17)}\nb`])).toEqual(['x'.repeat(17), 'b']);
    expect(await read(['x'.repeat(9), 'x'.repeat(9_000), 'x'.repeat(9), '\nb'])).toEqual(['x'.repeat(17), 'b']);
    // Six characters of three bytes each are 18 bytes.
    expect((await read(['灯'.repeat(6)]))[0]).toHaveLength(17);
  });
  it('that are not UTF-8 begin like no JSON', async () => {
    const [line] = await read([Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])]);
    expect(() => JSON.parse(line) as unknown).toThrow(SyntaxError);
    expect(line).toContain('{"id":');
  });

  it('are the same however the stream is cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', '灯', '😀', 'é', ' ', '\r'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 30 }),
        async (given, newlineAtEnd, cuts) => {
          const bytes = Buffer.from(given.join('\n') + (newlineAtEnd ? '\n' : ''));
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
          expect(await read(pieces, { maxLineBytes: 24, silenceMs: 1_000 })).toEqual(
            await read([bytes], { maxLineBytes: 24, silenceMs: 1_000 }),
          );
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('stop with an error when nothing more comes', async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push('a\n');
    const lines: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(silent, { maxLineBytes: 16, silenceMs: 50 })) lines.push(line);
    })();
    await expect(reading).rejects.toMatchObject({ status: 408 });
    expect(lines).toEqual(['a']);
    silent.destroy();
  });
  it('leave the stream open when the reader has had enough', async () => {
    const source = Readable.from([Buffer.from('a\nb\n'), Buffer.from('c\n')], { objectMode: false });
    for await (const line of linesOf(source, LIMITS)) if (line === 'a') break;
    expect(source.destroyed).toBe(false);
    source.destroy();
  });
});
