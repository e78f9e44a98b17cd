import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import mercurius from 'mercurius';

/**
 * The least a GraphQL answer of this size can cost: Fastify and Mercurius alone, one resolver that gives back a constant. `argv`: the schema file
 * and the file with the answer.
 */
const [, , schemaFile, answerFile] = process.argv;
const schema = await readFile(schemaFile, 'utf8');
const feed = JSON.parse(await readFile(answerFile, 'utf8')) as object;

const app = Fastify();
await app.register(mercurius, { schema, resolvers: { Query: { feed: () => feed } }, jit: 1 });
app.get('/metrics', () => {
  const { user, system } = process.cpuUsage();
  return `process_cpu_seconds_total ${(user + system) / 1e6}\nprocess_resident_memory_bytes ${process.memoryUsage.rss()}\n`;
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`ready at ${url}\n`);
process.on('SIGTERM', () => void app.close());
