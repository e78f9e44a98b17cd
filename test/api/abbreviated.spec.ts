import { abbreviated } from '../../src/api/abbreviated.js';

describe('messages of the GraphQL library', () => {
  it('stay as they are while they are short', () => {
    const message = 'Variable "$id" is not defined by operation "Q". Did you mean "$ids"?';
    expect(abbreviated(message)).toBe(message);
  });
  it('repeat no more than 60 characters at a stretch of what the caller wrote', () => {
    expect(abbreviated(`Cannot query field "${'x'.repeat(61)}" on type "Query".`)).toBe(`Cannot query field "${'x'.repeat(60)}…" on type "Query".`);
    expect(abbreviated(`Unknown type "${'x y '.repeat(50)}".`)).toBe(`Unknown type "${'x y '.repeat(15)}…".`);
    expect(abbreviated(`Int cannot represent non-integer value: ${'7'.repeat(100)}`)).toBe(`Int cannot represent non-integer value: ${'7'.repeat(60)}…`);
    const list = `[${'1, '.repeat(200)}]`;
    expect(abbreviated(`Expected value of type "Int", found ${list}.`)).toMatch(/^Expected value of type "Int", found \[(1, ?){10,20}…$/);
    expect(abbreviated('a b '.repeat(1_000)).length).toBeLessThanOrEqual(300);
  });
  it('are cut in a time that grows with their length', () => {
    const started = performance.now();
    for (const text of ['"', '\\', 'x', '" ', 'found ', '"\\']) abbreviated(text.repeat(65_536));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
}); // prettier-ignore
