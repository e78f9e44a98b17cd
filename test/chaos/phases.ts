import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Deployment, type PartName } from './deployment.js';
import { type LoadClient, type Window } from './load-client.js';
import { type Gauges, gaugesOf, untilSound } from './shop.js';

export interface Phase {
  name: string;
  kills: number;
  seconds: number;
  requests: number;
  feeds: Window;
  writes: Window;
  /** Until every API process answered a feed with nothing missing; null where nothing came back in this phase, or did not in a minute. */
  backMs: number | null;
  /** How late the loop of the client was, p99, ms: what it measures cannot be finer. */
  clientLateMs: number;
  /** Of the API processes at the end, the worse. */
  gauges: Gauges | null;
}

type Done = Pick<Phase, 'kills' | 'backMs'>;

export const SETTLE_MS = 3_000;
const GAP_MS = 2_500;
/** For one kill. */
const TRIES = 5;
const SLOW_BY_MS = 2_000;
const FILLED_WITHIN_MS = 60_000;
/** Requests that found the spool full, after which it counts as full. */
const REFUSALS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Stage {
  deployment: Deployment;
  client: LoadClient;
  random: () => number;
  /** Between two kills, as a share of the 2.5 s that they are apart at the most. */
  haste: number;
  /** After so long no more of one kind are begun. */
  killingMs: number;
}

/** Whatever happens in one phase, under load, with what the client saw. */
export async function phase({ client, deployment }: Stage, name: string, work: () => Promise<Done>): Promise<Phase> {
  client.look();
  const late = monitorEventLoopDelay({ resolution: 10 });
  late.enable();
  const [from, before] = [performance.now(), client.requests];
  const done = await work();
  late.disable();
  return {
    name,
    ...done,
    seconds: (performance.now() - from) / 1000,
    requests: client.requests - before,
    ...client.look(),
    clientLateMs: late.percentile(99) / 1e6,
    gauges: await gaugesOf(deployment.urls()),
  };
}

export const calm = (stage: Stage, name: string): Promise<Phase> =>
  phase(stage, name, () => pause(SETTLE_MS).then(() => ({ kills: 0, backMs: null })));

/** What came back is there again, and the load goes on for a while. */
const recovery = (stage: Stage, name: string): Promise<Phase> =>
  phase(stage, name, async () => {
    const backMs = await untilSound(stage.deployment.urls);
    await pause(SETTLE_MS);
    return { kills: 0, backMs };
  });

/** Kill parts at the same time, again and again. */
export const killing = (stage: Stage, parts: readonly PartName[], times: number): Promise<Phase> =>
  phase(stage, parts.join(' + '), async () => {
    const { deployment, random, haste, killingMs } = stage;
    const began = performance.now();
    let kills = 0;
    // What is not there yet cannot be killed, and is tried again.
    for (let tries = 0; kills < times && tries < TRIES * times && performance.now() - began < killingMs; tries++) {
      // Of those that are killed one after the other some have to serve, or nothing would be promised to anybody.
      await deployment.whole();
      await pause(200 + random() * GAP_MS * haste);
      const killed = await Promise.all(parts.map((part) => deployment.kill(part)));
      kills += killed.some((n) => n > 0) ? 1 : 0;
    }
    const from = performance.now();
    await deployment.whole();
    const soundMs = await untilSound(deployment.urls);
    const backMs = soundMs === null ? null : performance.now() - from;
    await pause(SETTLE_MS);
    return { kills, backMs };
  });

/** Take each store away, stop it in its tracks, and make it slow. */
export async function* faults(
  stage: Stage,
  { awayMs, frozenMs, slowMs }: { awayMs: number; frozenMs: number; slowMs: number },
): AsyncGenerator<Phase> {
  const { proxies, freeze } = stage.deployment;
  for (const part of ['redis', 'postgres'] as const) {
    const steps: [string, number, () => () => void][] = [
      ['away', awayMs, () => (proxies[part].cut(), () => proxies[part].mend())],
      ['stopped', frozenMs, () => freeze(part)],
      [`slower by ${SLOW_BY_MS / 1000} s`, slowMs, () => (proxies[part].slow(SLOW_BY_MS), () => proxies[part].mend())],
    ];
    for (const [name, ms, begin] of steps) {
      if (ms === 0) continue;
      let end = (): void => undefined;
      yield await phase(stage, `${part} ${name}`, async () => {
        end = begin();
        await pause(ms);
        return { kills: 0, backMs: null };
      });
      end();
      yield await recovery(stage, `${part} back`);
    }
  }
}

/** Let the spools run over while PostgreSQL is away, and kill an API process in that. */
export async function overflow(stage: Stage, fullMs: number): Promise<Phase[]> {
  const { deployment, client } = stage;
  const restart = async (maxMb: number | null): Promise<void> => {
    deployment.limitSpool(maxMb);
    for (const part of ['api', 'api'] as const) await deployment.kill(part);
    await deployment.whole();
  };
  await restart(1);
  await untilSound(deployment.urls);
  const refusals = (): number => (client.feeds.statuses.get(503) ?? 0) + (client.writes.statuses.get(503) ?? 0);
  const full = await phase(stage, 'postgres away, spool of 1 MB full, api', async () => {
    deployment.proxies.postgres.cut();
    for (const from = performance.now(); refusals() < REFUSALS && performance.now() - from < FILLED_WITHIN_MS;) await pause(100);
    await pause(fullMs);
    const kills = await deployment.kill('api');
    await pause(fullMs);
    return { kills, backMs: null };
  });
  deployment.proxies.postgres.mend();
  const back = await phase(stage, 'postgres back', async () => {
    const from = performance.now();
    await deployment.whole();
    const soundMs = await untilSound(deployment.urls);
    const backMs = soundMs === null ? null : performance.now() - from;
    await pause(SETTLE_MS);
    return { kills: 0, backMs };
  });
  await restart(null);
  return [full, back];
}
