import { type MigrationInterface } from 'typeorm';

/** All migrations in the order in which they run. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [];
