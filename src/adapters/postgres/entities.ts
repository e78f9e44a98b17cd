import { type EntitySchema } from 'typeorm';

/** Tables that TypeORM reads and writes; all others are plain SQL. */
export const ENTITIES: EntitySchema[] = [];
