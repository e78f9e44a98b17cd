import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/index.js';

/**
 * A PostgreSQL for as long as somebody holds our standard input: `postgres-server.ts <data folder>` prints its connection
 * string as the first line. The end of the parent, however it comes, closes the input.
 */
const dataDir = process.argv[2];
const say = (facts: object, message: string) => console.error(message, facts);
const log = { info: say, warn: say, error: say };
const server = await startEmbeddedPostgres({ dataDir, log });
console.log(server.url);
process.stdin.on('end', () => void server.stop()).resume();
