import 'reflect-metadata';
import { extname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Logger } from 'pino';
import { createMetrics } from './api/metrics.js';
import { createServer } from './api/server.js';
import { startBackground } from './app/background.js';
import { createApp } from './app/create-app.js';
import { type JobMeters, measuredJobs } from './app/job-meters.js';
import { loadSample } from './app/load-sample.js';
import { shippedModels, startShippedModel } from './app/models/shipped-model.js';
import { openParts } from './bindings/closers.js';
import { openDistributedBinding } from './bindings/distributed.js';
import { openEmbeddedBinding } from './bindings/embedded.js';
import { openTraces } from './bindings/traces.js';
import { type Config } from './config.js';
import { type Binding } from './ports/binding.js';

export interface Service {
  url: string;
  /** Finish what is under way, keep what is only in memory, and let go of everything. */
  stop(): Promise<void>;
}

const clock = (): number => Date.now();
const stopwatch = (): number => performance.now();

/** Beside this file, whether it is run from the sources or built. */
const HEAVY = new URL(`./heavy${extname(import.meta.url)}`, import.meta.url);

/** A first start waits so long for the model that comes with the package; after that rules decide until it is judged. */
const SHIPPED_MS = 20_000;

const atMost = async (ms: number, work: Promise<void> | undefined): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
};

const openBinding = ({ redisUrl, databaseUrl, ...config }: Config, log: Logger): Promise<Binding> =>
  redisUrl !== null && databaseUrl !== null
    ? openDistributedBinding({ ...config, redisUrl, databaseUrl, clock, log })
    : openEmbeddedBinding({ ...config, databaseUrl, clock, log });

const withMeasuredJobs = (binding: Binding, meters: JobMeters): Binding => ({
  ...binding,
  openJobs: async () => measuredJobs(await binding.openJobs(), meters, stopwatch),
});

/**
 * Start everything in the order in which one thing needs the other, and stop it in reverse; a start that fails leaves nothing behind.
 *
 * @param models those that come with the package; null: none
 * @param heavyArgs of Node, for the process of heavy work; those of this process when left out
 */
export const startService = (
  config: Config,
  log: Logger,
  models: URL | null = shippedModels(),
  heavyArgs?: readonly string[],
): Promise<Service> =>
  openParts(async (closers) => {
    const binding = closers.add(await openBinding(config, log), (it) => it.close());
    const metrics = createMetrics();
    const traces = closers.add(openTraces(config.traces, log), (it) => it?.close());
    const app = {
      ...config,
      purposes: config.defaultConsent,
      meters: metrics.models,
      alertMeters: metrics.alerts,
      wideningMeters: metrics.widening,
      clock,
      stopwatch,
    };
    const running = closers.add(await createApp(binding, app), (it) => it.close());
    const { shop } = running.index;
    metrics.watch({ health: () => running.app.health(), counts: () => ({ blocks: shop.blocks.size, items: shop.catalogue.size }) });
    const shipped = closers.add(
      models && config.role !== 'api' ? startShippedModel({ ...binding, app: running.app, judge: running.gate.run }, models) : null,
      (it) => it?.stop(),
    );
    if (config.sample === 'shop' && config.role !== 'worker') await loadSample(running.app, { ...binding, clock });
    const rateLimiter = binding.createRateLimiter(config.rateLimitPerSecond);
    const server = closers.add(await createServer({ app: running.app, config, log, metrics, traces, rateLimiter }), (it) => it.close());
    if (shipped) await atMost(SHIPPED_MS, shipped.settled);
    const url = await server.listen(config.host, config.port);
    const { defaultConsent: purposes, timeZone, currency } = config;
    const heavyWork = config.role === 'api' ? null : binding.openHeavyWork(HEAVY, { purposes, timeZone, currency }, heavyArgs);
    closers.add(await startBackground(withMeasuredJobs(binding, metrics.jobs), running, heavyWork, clock), (it) => it.stop());
    return { url, stop: () => closers.closeAll() };
  });
