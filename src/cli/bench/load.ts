import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

/** What a run of requests took, in milliseconds of wall clock seen by the client. */
export interface LoadResult {
  requests: number;
  failures: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

export type BodyOf = (request: number) => string;

function post(url: URL, agent: Agent, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      {
        host: url.hostname,
        port: url.port,
        path: '/graphql',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let length = 0;
        let head = '';
        answer.on('data', (chunk: Buffer) => {
          if (length === 0) head = chunk.subarray(0, 9).toString(); // `{"data":n` is what an error has
          length += chunk.length;
        });
        answer.on('end', () => resolve(answer.statusCode === 200 && head === '{"data":{'));
      },
    );
    call.on('error', () => resolve(false));
    call.end(body);
  });
}

function summary(times: number[], failures: number, seconds: number): LoadResult {
  times.sort((a, b) => a - b);
  const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? NaN;
  return { requests: times.length, failures, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

/** As many requests as `connections` clients get answered, each sending its next when the last is answered. */
export async function closedLoop(target: string, bodyOf: BodyOf, connections: number, seconds: number): Promise<LoadResult> {
  const url = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let failures = 0;
  let next = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now();
      if (!(await post(url, agent, bodyOf(next++)))) failures++;
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return summary(times, failures, (performance.now() - started) / 1000);
}

/** Requests at a fixed rate, whether or not the last ones are answered: waiting counts from when each was due. */
export async function openLoop(target: string, bodyOf: BodyOf, perSecond: number, seconds: number): Promise<LoadResult> {
  const url = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const times: number[] = [];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const total = Math.floor(perSecond * seconds);
  const started = performance.now();
  for (let i = 0; i < total; i++) {
    const due = started + (i * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    pending.push(
      post(url, agent, bodyOf(i)).then((good) => {
        if (!good) failures++;
        times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  return summary(times, failures, (performance.now() - started) / 1000);
}
