import { distantModel } from './distant-model.js';

const ITEMS = 80;
const VERSION = 'distant';
const POLL_MS = 100;
const JUDGED_WITHIN_MS = 120_000;
const SOUND_WITHIN_MS = 60_000;
const UPSERT = 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }';
const STATUS = 'query($v: String!) { modelVersion(version: $v) { status checks { name passed advisory detail } } }';
const ASSIGN = 'mutation($v: String!) { assignModelRole(role: CHAMPION, version: $v, reason: "chaos") { name } }';
const LOOK = '{ feed(input: {userId: "u0", first: 5}) { ranking { degraded modelVersion } } }';
/** What a part that is away costs a page. */
const MISSED = ['LOG_DEFERRED', 'USER_STATE_UNAVAILABLE', 'MODEL_MISSING', 'MODEL_FAILED'];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function ask<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const body = JSON.stringify({ query, variables });
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const text = await answer.text();
  const { data } = JSON.parse(text) as { data?: T | null };
  if (!answer.ok || !data) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return data;
}

/** Goods for the feeds of a service. */
export async function stock(url: string): Promise<void> {
  const i = Array.from({ length: ITEMS }, (_, no) => ({
    id: `item-${no}`,
    kind: 'PRODUCT',
    title: `Thing ${no}`,
    categories: [`c${no % 4}`],
    stock: 9,
  }));
  await ask(url, UPSERT, { i });
}

/** Have a model decide that runs in processes of its own. @throws Error where the gate refuses it, or takes longer than two minutes */
export async function activateDistantModel(url: string): Promise<void> {
  const { manifest, file } = distantModel(VERSION);
  const form = new FormData();
  form.append('manifest', new Blob([JSON.stringify(manifest)]), 'manifest.json');
  form.append('model', new Blob([new Uint8Array(file)]), 'model.onnx');
  const uploaded = await fetch(`${url}/models/intent/versions`, { method: 'POST', body: form });
  if (!uploaded.ok) throw new Error(`the model was not taken: ${await uploaded.text()}`);
  for (const from = performance.now(); ;) {
    const { modelVersion } = await ask<{ modelVersion: { status: string; checks: object[] } }>(url, STATUS, { v: VERSION });
    if (modelVersion.status === 'READY') break;
    if (modelVersion.status !== 'VALIDATING' || performance.now() - from > JUDGED_WITHIN_MS)
      throw new Error(`the model is ${modelVersion.status}: ${JSON.stringify(modelVersion.checks)}`);
    await pause(POLL_MS);
  }
  await ask(url, ASSIGN, { v: VERSION });
}

/** Wait until every service answers a feed with nothing missing from it; how long that took, ms, null where it took longer than a minute. */
export async function untilSound(urls: () => string[]): Promise<number | null> {
  const from = performance.now();
  const isSound = async (url: string): Promise<boolean> => {
    const { feed } = await ask<{ feed: { ranking: { degraded: string[] } } }>(url, LOOK);
    return !feed.ranking.degraded.some((name) => MISSED.includes(name));
  };
  while (performance.now() - from < SOUND_WITHIN_MS) {
    const sound = await Promise.all(urls().map((url) => isSound(url).catch(() => false)));
    if (sound.every(Boolean)) return performance.now() - from;
    await pause(POLL_MS);
  }
  return null;
}

export interface Gauges {
  /** p99 of how late the loop was since the last look. */
  loopLateMs: number;
  heapMb: number;
}

/** The worst of some services; null where none answers. */
export async function gaugesOf(urls: readonly string[]): Promise<Gauges | null> {
  const texts = await Promise.all(
    urls.map((url) => fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.text(), () => '')), // prettier-ignore
  );
  const worst = (name: string): number =>
    Math.max(...texts.map((text) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)).filter(Number.isFinite));
  const gauges = {
    loopLateMs: 1_000 * worst('nodejs_eventloop_lag_p99_seconds'),
    heapMb: worst('nodejs_heap_size_used_bytes') / 1_048_576,
  };
  return Number.isFinite(gauges.loopLateMs) ? gauges : null;
}
