import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Socket } from 'node:net';
import { type App } from '../app/app.js';
import { type Log } from '../ports/log.js';
import { type RateLimiter } from '../ports/rate-limiter.js';
import { type Traces } from '../ports/traces.js';
import { type Caller, LOCAL } from './access/caller.js';
import { createGuard, type OnRefused } from './access/guard.js';
import { createTokenVerifier } from './access/token-verifier.js';
import { protectedDoor } from './admission.js';
import { type ApiConfig } from './api-config.js';
import { depart, type Life, newLife } from './departure.js';
import { edgeModule } from './edge-module.js';
import { explorerPage } from './explorer-page.js';
import { registerGraphql } from './graphql-endpoint.js';
import { HttpErrors, sendHttpError } from './http-errors.js';
import { type Metrics } from './metrics.js';
import { registerModelUploads } from './model-uploads.js';
import { nestLog } from './nest-log.js';
import { readPersistedOperations } from './persisted-operations.js';
import { Refusal } from './refusals.js';
import { requestSpan } from './request-span.js';
import { createStreamBounds } from './streams.js';
import { newFacts, type RequestFacts, toldFacts } from './request-facts.js';

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts;
    caller: Caller;
  }
}

export interface Server {
  /** Everything that it answers, as `GET /health/live`. */
  addresses: readonly string[];
  /** Starts to listen; gives the address under which it can be reached. */
  listen(host: string, port: number): Promise<string>;
  /** Sends away who sends requests; then takes no new connections, lets what is under way finish for at most ten seconds, then cuts it off. */
  close(): Promise<void>;
}

export interface ServerParts {
  app: App;
  config: ApiConfig;
  log: Log;
  metrics: Metrics;
  /** Budgets of callers, where there is authentication. */
  rateLimiter: RateLimiter;
  /** Where it is told how requests went; nowhere when null or left out. */
  traces?: Traces | null;
}

const HEADERS_DEADLINE_MS = 10_000;
const LAST_REQUESTS_MS = 10_000;
const SWEEP_MS = 50;
/** More have to wait in front of the service: what a process may open is needed for the database, too. */
const MOST_CONNECTIONS = 8_000;
/** A connection on which nothing moves for so long is given up, so that nobody holds answers that he does not read. */
const STILL_MS = 10 * 60_000;
/**
 * What a browser is told with every answer: that it is data and no page, and is kept nowhere. The page and the lists to keep say otherwise themselves.
 * Whatever ends TLS before the service says that it is always there.
 */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};
/** What machines ask every few seconds is logged only when it fails. */
const QUIET: ReadonlySet<string> = new Set(['health', 'metrics']);

/** Nest sets its error handler when the routes have already taken theirs; the edge sets its own in time, and a second one is not wanted. */
class EdgeAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }
}

function adapterFor({ trustProxy }: ApiConfig, log: Log): FastifyAdapter {
  return new EdgeAdapter({
    logger: false,
    trustProxy,
    skipMiddie: true,
    return503OnClosing: false,
    // Bodies have deadlines by route: an import may stream for hours.
    requestTimeout: 0,
    connectionTimeout: STILL_MS,
    http: { headersTimeout: HEADERS_DEADLINE_MS, connectionsCheckingInterval: 1_000 },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendHttpError(error, request, reply, log),
  });
}

/** What is not even HTTP, or came too slowly to be. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [line, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the headers took too long to arrive']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'the headers are too large']
        : ['400 Bad Request', 'this is not an HTTP request'];
  const body = JSON.stringify({ error: { code: 'INVALID_INPUT', message, faults: [] } });
  socket.end(
    `HTTP/1.1 ${line}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function refuseEncoded({ headers }: FastifyRequest): Refusal | null {
  const encoding = headers['content-encoding'];
  return encoding === undefined || encoding === 'identity' ? null : new Refusal(415, 'INVALID_INPUT', 'compressed bodies are not taken');
}

/** Refused access goes into the metrics, and into the audit as far as there is room. */
const countRefused =
  ({ app, metrics }: Pick<ServerParts, 'app' | 'metrics'>): OnRefused =>
  ({ name, user }, subject, why) => {
    metrics.refused(why);
    app.noteRefusedAccess({ actor: name, userId: user, subject, why });
  };

/** Who gets in: with authentication who has a token for it, else who is on this machine. */
function doorOf({ config, rateLimiter, ...parts }: ServerParts): (request: FastifyRequest) => Caller | Promise<Caller> {
  if (config.auth)
    return createGuard({ verify: createTokenVerifier(config.auth, () => Date.now()), limits: rateLimiter, onRefused: countRefused(parts) });
  const admit = protectedDoor(config);
  return (request) => {
    const refusal = admit(request);
    if (refusal) throw refusal;
    return LOCAL;
  };
}

/** What every request goes through, whatever its address: its facts, the door, one log line and the metrics. */
function addHooks(instance: FastifyInstance, parts: ServerParts, life: Life): void {
  const { log, metrics, traces } = parts;
  const door = doorOf(parts);
  const boundStreams = createStreamBounds();
  instance.decorateRequest('facts', null as unknown as RequestFacts);
  instance.decorateRequest('caller', null as unknown as Caller);
  const enter = (request: FastifyRequest, reply: FastifyReply, caller: Caller): void => {
    request.caller = caller;
    const refusal = refuseEncoded(request);
    if (refusal) throw refusal;
    if (request.raw.url !== '/graphql') boundStreams(request, reply);
  };
  instance.addHook('onRequest', (request, reply, done) => {
    request.facts = newFacts();
    reply.headers(HEADERS);
    if (life.closing) noteLate(life, request, reply);
    let entering: Promise<void> | null = null;
    try {
      const caller = door(request);
      if (caller instanceof Promise) entering = caller.then((known) => enter(request, reply, known));
      else enter(request, reply, caller);
    } catch (error) {
      return done(error as Error);
    }
    if (entering) entering.then(() => done(), done);
    else done();
  });
  instance.addHook('onResponse', ({ facts, method, headers }, { statusCode, elapsedTime }, done) => {
    metrics.observe(facts, statusCode, elapsedTime / 1000);
    const quiet = QUIET.has(facts.operation) && statusCode < 400;
    if (!quiet) log.info({ method, status: statusCode, ms: Math.round(elapsedTime * 100) / 100, ...toldFacts(facts) }, 'request');
    if (traces && !quiet)
      traces.record(
        requestSpan({ facts, method, status: statusCode, ms: elapsedTime, endedAt: Date.now(), traceparent: headers.traceparent }),
      );
    done();
  });
  instance.setErrorHandler((error, request, reply) => sendHttpError(error, request, reply, log));
  // A body of lines is handed on as it comes; everything else has a parser of its own where it is taken.
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload));
}

/** Who still sends goes elsewhere with the next. */
function noteLate(life: Life, { url }: FastifyRequest, reply: FastifyReply): void {
  if (!url.startsWith('/health/')) life.requestedAt = performance.now();
  reply.header('connection', 'close');
}

async function addGraphql(
  nest: NestFastifyApplication,
  instance: FastifyInstance,
  { config, log, rateLimiter, ...parts }: ServerParts,
): Promise<void> {
  const { app } = parts;
  const open = config.mode === 'development';
  const persisted = config.persistedOperations === null ? null : await readPersistedOperations(config.persistedOperations);
  registerGraphql(instance, {
    schema: nest.get(GraphQLSchemaHost).schema,
    rules: { introspection: open, suggestions: open },
    isFull: () => app.isFull(),
    limits: config.auth ? rateLimiter : null,
    onRefused: countRefused(parts),
    persisted,
    page: open && !persisted ? explorerPage(config.locales[0]) : null,
    log,
  });
}

const addUploads = (instance: FastifyInstance, { app, log }: ServerParts): void => registerModelUploads(instance, { app, log });

/** The whole edge over one App: GraphQL, imports, exports, health and metrics. */
export async function createServer(parts: ServerParts): Promise<Server> {
  const { app, config, log, metrics } = parts;
  const life = newLife();
  const adapter = adapterFor(config, log);
  const nest = await NestFactory.create<NestFastifyApplication>(edgeModule(app, metrics, life), adapter, {
    logger: nestLog(log),
    bodyParser: false,
    abortOnError: false,
  });
  const instance = adapter.getInstance<FastifyInstance>();
  const addresses: string[] = [];
  instance.addHook('onRoute', ({ method, url }) => void addresses.push(...[method].flat().map((one) => `${one} ${url}`)));
  addHooks(instance, parts, life);
  instance.server.maxConnections = MOST_CONNECTIONS;
  nest.useGlobalFilters(new HttpErrors(log));
  if (config.corsOrigins.length > 0) nest.enableCors({ origin: [...config.corsOrigins] });
  await nest.init();
  await addGraphql(nest, instance, parts);
  addUploads(instance, parts);
  await instance.ready();

  return {
    addresses,
    async listen(host, port) {
      await nest.listen(port, host);
      return nest.getUrl();
    },
    async close() {
      await depart(life);
      // A connection that was busy when closing began is idle after its answer, and would be kept alive for the next request.
      const sweep = setInterval(() => instance.server.closeIdleConnections(), SWEEP_MS);
      const cut = setTimeout(() => instance.server.closeAllConnections(), LAST_REQUESTS_MS);
      await nest.close().finally(() => {
        clearInterval(sweep);
        clearTimeout(cut);
      });
    },
  };
}
