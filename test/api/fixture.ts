import { connect } from 'node:net';
import { createRateLimiter } from '../../src/adapters/flexible/rate-limiter.js';
import { type App } from '../../src/app/app.js';
import { type ApiConfig } from '../../src/api/api-config.js';
import { createMetrics, type Metrics } from '../../src/api/metrics.js';
import { createServer, type Server } from '../../src/api/server.js';
import { type Log } from '../../src/ports/log.js';
import { appOf } from './some-answers.js';

export interface LoggedLine {
  level: 'info' | 'warn' | 'error';
  facts: Record<string, unknown>;
  message: string;
}

/** A server over an App on a free port, with what it logged and counted. */
export interface Edge {
  url: string;
  port: number;
  lines: LoggedLine[];
  metrics: Metrics;
  server: Server;
}

export async function openEdge(parts: Partial<App> = {}, config: Partial<ApiConfig> = {}): Promise<Edge> {
  const lines: LoggedLine[] = [];
  const write = (level: LoggedLine['level']) => (facts: object, message: string) =>
    void lines.push({ level, facts: facts as Record<string, unknown>, message });
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') };
  const metrics = createMetrics();
  const whole: ApiConfig = {
    mode: 'development',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    trustProxy: false,
    auth: null,
    rateLimitPerSecond: 200,
    persistedOperations: null,
    locales: ['en'],
    ...config,
  };
  const server = await createServer({
    app: appOf(parts),
    config: whole,
    log,
    metrics,
    rateLimiter: createRateLimiter(whole.rateLimitPerSecond),
  });
  const url = await server.listen('127.0.0.1', 0);
  return { url, port: Number(new URL(url).port), lines, metrics, server };
}

export interface GraphqlAnswer {
  status: number;
  headers: Headers;
  data: Record<string, unknown> | null | undefined;
  errors: {
    message: string;
    path?: unknown[];
    extensions: { code: string; faults?: { path: string; message: string }[]; correlationId?: string };
  }[];
  text: string;
}

export async function post(edge: Edge, body: unknown, headers: Record<string, string> = {}): Promise<GraphqlAnswer> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const answer = await fetch(`${edge.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: sent,
  });
  const text = await answer.text();
  const { data, errors = [] } = JSON.parse(text) as Pick<GraphqlAnswer, 'data'> & { errors?: GraphqlAnswer['errors'] };
  return { status: answer.status, headers: answer.headers, data, errors, text };
}

export const ask = (edge: Edge, query: string, variables?: object): Promise<GraphqlAnswer> => post(edge, { query, variables });

/** What a server sends on a socket until it closes it. */
export const exchange = (edge: { port: number }, ...parts: string[]): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(edge.port, '127.0.0.1', () => parts.forEach((part) => socket.write(part)));
    let got = '';
    socket.on('data', (data) => void (got += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
  });
