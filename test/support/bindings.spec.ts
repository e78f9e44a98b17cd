import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ON_ONE_BINDING, SPECS } from './bindings.mjs';

const folder = fileURLToPath(new URL('../e2e', import.meta.url));
const specs = readdirSync(folder).filter((name) => name.endsWith('.spec.ts')).sort(); // prettier-ignore
const runOn = (binding: 'embedded' | 'distributed'): string[] => {
  const { testRegex, testPathIgnorePatterns } = SPECS[binding];
  const matches = (pattern: string, name: string): boolean => new RegExp(pattern).test(join(folder, name));
  return specs.filter((name) => matches(testRegex, name) && !testPathIgnorePatterns.some((pattern) => matches(pattern, name)));
};

describe('the end-to-end suite', () => {
  it('runs whole on the embedded binding, and on the distributed one but for what says why not', () => {
    expect(runOn('embedded')).toEqual(specs);
    expect(runOn('distributed')).toEqual(specs.filter((name) => !(name in ON_ONE_BINDING)));
    expect(Object.keys(ON_ONE_BINDING).filter((name) => !specs.includes(name))).toEqual([]);
    for (const reason of Object.values(ON_ONE_BINDING)) expect(reason.length).toBeGreaterThan(20);
  });

  it('starts services by what knows of bindings wherever it runs on both', () => {
    const byItself = runOn('distributed').filter((name) => !readFileSync(join(folder, name), 'utf8').includes('startTestService('));
    expect(byItself).toEqual([]);
  });
});
