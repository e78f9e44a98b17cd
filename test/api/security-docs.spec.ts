import { readFileSync, writeFileSync } from 'node:fs';
import { ADDRESS_RULES } from '../../src/api/access/address-rules.js';
import { OPERATION_RULES } from '../../src/api/access/operation-rules.js';

const FILE = new URL('../../docs/security.md', import.meta.url);
const PLACE = /(<!-- scopes -->\n).*?(<!-- \/scopes -->)/s;

/** Names of addresses and fields by who may ask for them. */
function scopesTable(): string {
  const groups = new Map<string, string[]>();
  const add = (scopes: readonly string[] | string | null, isOwn: boolean, name: string) => {
    const who = scopes === null || scopes === 'any' ? 'any token' : scopes === 'none' ? 'no token' : [...scopes].sort().join(', ');
    groups.set(who, [...(groups.get(who) ?? []), `\`${name}\`${isOwn ? ' *own*' : ''}`]);
  };
  for (const [name, { scopes, names }] of Object.entries(OPERATION_RULES)) add(scopes, names !== null, name);
  for (const [name, { scopes, user }] of Object.entries(ADDRESS_RULES)) add(scopes, user !== undefined, name);
  const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([who, names]) => `| ${who} | ${names.join(', ')} |`);
  return ['', '| scope | operations and addresses |', '| --- | --- |', ...rows, '', ''].join('\n');
}

const cellsOf = (table: string): string[][] => table.split('\n').filter((line) => line.startsWith('|') && !/^\|[ -|]*$/.test(line)).map((line) => line.split('|').map((cell) => cell.trim())); // prettier-ignore

describe('docs/security.md', () => {
  it('has the table of scopes that the rules make; WRITE_DOCS=1 writes it', () => {
    const text = readFileSync(FILE, 'utf8');
    if (process.env.WRITE_DOCS) writeFileSync(FILE, text.replace(PLACE, `$1${scopesTable()}$2`));
    expect(cellsOf(PLACE.exec(readFileSync(FILE, 'utf8'))![0])).toEqual(cellsOf(scopesTable()));
  });
});
