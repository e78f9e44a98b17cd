import { type ClientBase, type Pool } from 'pg';
import { type NameKind } from '../../core/item.js';

/** Kinds of name in the order of their stored numbers. */
const NAME_KINDS = ['category', 'brand', 'creator'] as const satisfies NameKind[];

export interface NamedNumber {
  kind: NameKind;
  no: number;
  name: string;
}

type NameRow = [kind: number, no: number, name: string, revision: number];

const toNamedNumber = ([kind, no, name]: NameRow): NamedNumber => ({ kind: NAME_KINDS[kind], no, name });

/** Names to be given numbers, per kind. */
export type WantedNames = Record<NameKind, Set<string>>;

/**
 * The numbers of names as this process knows them. They never change once committed, so a number that is known needs no look at the table; the book
 * holds as many names as the catalogue of the process does.
 */
export class NameBook {
  private readonly byName: Record<NameKind, Map<string, number>> = { category: new Map(), brand: new Map(), creator: new Map() };
  private readonly byNo: Record<NameKind, string[]> = { category: [''], brand: [''], creator: [''] };
  /** All names up to this revision are known. */
  private revision = 0;

  /** Numbers of names, of this book and beside it; 0 for none. */
  with(named: NamedNumber[]): (kind: NameKind, name: string | null) => number {
    const beside: Record<NameKind, Map<string, number>> = { category: new Map(), brand: new Map(), creator: new Map() };
    for (const { kind, no, name } of named) beside[kind].set(name, no);
    return (kind, name) => {
      if (name === null) return 0;
      const no = this.byName[kind].get(name) ?? beside[kind].get(name);
      if (no === undefined) throw new Error(`the ${kind} ${JSON.stringify(name)} has no number`);
      return no;
    };
  }

  /** Null for 0. */
  name(kind: NameKind, no: number): string | null {
    if (no === 0) return null;
    const name = this.byNo[kind][no];
    if (name === undefined) throw new Error(`no ${kind} has the number ${no}`);
    return name;
  }

  /** Names numbered after one revision and up to another, all of which are known afterwards. */
  async between(pool: Pool, after: number, upTo: number): Promise<NamedNumber[]> {
    const { rows } = await pool.query<NameRow>({
      name: 'names-between',
      text: 'SELECT kind, no, name, revision::float8 FROM names WHERE revision > $1 AND revision <= $2 ORDER BY revision, kind, no',
      values: [Math.min(after, this.revision), upTo],
      rowMode: 'array',
    });
    for (const row of rows) this.learn(toNamedNumber(row));
    this.revision = Math.max(this.revision, upTo);
    return rows.filter(([, , , revision]) => revision > after).map(toNamedNumber);
  }

  /**
   * Give a number to each name that has none. To be called by the holder of the lock on the revision; what it returns is learned only after the
   * commit, since a rollback takes the numbers back.
   *
   * @returns every wanted name that is not yet in the book, with its number
   */
  async number(client: ClientBase, wanted: WantedNames, revision: number): Promise<NamedNumber[]> {
    const kinds: number[] = [];
    const names: string[] = [];
    NAME_KINDS.forEach((kind, k) => {
      for (const name of wanted[kind]) {
        if (this.byName[kind].has(name)) continue;
        kinds.push(k);
        names.push(name);
      }
    });
    if (names.length === 0) return [];
    await client.query({ name: 'names-number', text: NUMBER_NAMES, values: [kinds, names, revision] });
    const { rows } = await client.query<NameRow>({ name: 'names-find', text: FIND_NAMES, values: [kinds, names], rowMode: 'array' });
    return rows.map(toNamedNumber);
  }

  learn({ kind, no, name }: NamedNumber): void {
    if (this.byNo[kind][no] !== undefined) return;
    this.byNo[kind][no] = name;
    this.byName[kind].set(name, no);
  }
}

const NUMBER_NAMES = `
  INSERT INTO names (kind, no, name, revision)
  SELECT kind, coalesce((SELECT max(no) FROM names WHERE names.kind = given.kind), 0) + row_number() OVER (PARTITION BY kind ORDER BY place), name, $3
  FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY AS given (kind, name, place)
  WHERE NOT EXISTS (SELECT FROM names WHERE names.kind = given.kind AND names.name = given.name)`;

const FIND_NAMES = `
  SELECT kind, no, name, revision::float8 FROM unnest($1::smallint[], $2::text[]) AS given (kind, name) JOIN names USING (kind, name)`;
