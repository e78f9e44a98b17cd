import { readFile } from 'node:fs/promises';
import { createMetrics } from '../../api/metrics.js';
import { createServer } from '../../api/server.js';
import { type App } from '../../app/app.js';
import { type FeedAnswer } from '../../app/answers.js';

/**
 * The edge of the service as it is, over an App that knows one page: what GraphQL, the door, metrics and headers cost beside a plain server. `argv`: the
 * file with the page.
 */
const [, , answerFile] = process.argv;
const feed = JSON.parse(await readFile(answerFile, 'utf8')) as FeedAnswer;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const server = await createServer({
  app: { feed: () => Promise.resolve(feed), isFull: () => false } as Partial<App> as App,
  config: {
    mode: 'development',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    trustProxy: false,
    auth: null,
    rateLimitPerSecond: 0,
    persistedOperations: null,
    locales: ['en'],
  },
  log: silent,
  metrics: createMetrics(),
  rateLimiter: { take: () => Promise.resolve(null) },
});
process.stdout.write(`ready at ${await server.listen('127.0.0.1', 0)}\n`);
process.on('SIGTERM', () => void server.close());
