import { type QueryRunner } from 'typeorm';

export interface BigIndex {
  name: string;
  table: string;
  /** What follows the table: columns, INCLUDE, WHERE. */
  on: string;
}

/**
 * An index of a table that is written to meanwhile. A partitioned table gets it by partition, since PostgreSQL makes none of the whole without holding up
 * who writes. For migrations with `transaction = false`; begun again after it was cut off it goes on with what is missing.
 */
export async function makeBigIndex(runner: QueryRunner, { name, table, on }: BigIndex): Promise<void> {
  const [{ kind }] = (await runner.query('SELECT relkind AS kind FROM pg_class WHERE oid = $1::regclass', [table])) as [{ kind: string }];
  if (kind !== 'p') return beside(runner, { name, table, on });
  await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ONLY ${table} ${on}`);
  const partitions = (await runner.query(
    'SELECT relname AS partition FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = $1::regclass ORDER BY relname',
    [table],
  )) as { partition: string }[];
  for (const { partition } of partitions) await ofPartition(runner, partition, { name, table, on });
}

async function ofPartition(runner: QueryRunner, partition: string, { name, table, on }: BigIndex): Promise<void> {
  const part = `${name}${partition.slice(table.length)}`;
  if (await hasIt(runner, partition, name)) return;
  await beside(runner, { name: part, table: partition, on });
  await runner.query(`ALTER INDEX ${name} ATTACH PARTITION ${part}`);
}

/** It waits for transactions that are open, as long as they take, and nobody waits for it. */
async function beside(runner: QueryRunner, { name, table, on }: BigIndex): Promise<void> {
  const before = await found(runner, name);
  if (before?.isValid) return;
  const [{ timeout }] = (await runner.query(`SELECT current_setting('lock_timeout') AS timeout`)) as [{ timeout: string }];
  await runner.query('SET lock_timeout = 0');
  if (before) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
  await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${table} ${on}`);
  await runner.query(`SELECT set_config('lock_timeout', $1, FALSE)`, [timeout]);
}

async function found(runner: QueryRunner, name: string): Promise<{ isValid: boolean } | undefined> {
  const made = (await runner.query('SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass($1)', [name])) as {
    isValid: boolean;
  }[];
  return made[0];
}

/** Also one that PostgreSQL made and named, of a partition that was attached after the index was begun. */
async function hasIt(runner: QueryRunner, partition: string, name: string): Promise<boolean> {
  const its = (await runner.query(
    'SELECT indexrelid FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid = $1::regclass AND inhparent = $2::regclass',
    [partition, name],
  )) as unknown[];
  return its.length > 0;
}
