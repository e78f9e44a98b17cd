import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { type ModelStore } from '../../ports/model-store.js';
import { type Log } from '../../ports/log.js';
import { type App } from '../app.js';
import { SERVED_MODEL } from './models-in-force.js';

const SERVICE = 'imago';
const REASON = 'the model that the service comes with';
const LOOK_MS = 1_000;

interface ShippedModel {
  version: string;
  manifest: unknown;
  file: Uint8Array;
}

interface Ports {
  app: Pick<App, 'readModelManifest' | 'uploadModel' | 'assignModelRole'>;
  modelStore: ModelStore;
  /** Runs the gate over what waits. */
  judge: () => Promise<void>;
  log: Log;
}

/** Where the package keeps its models: beside its package.json, wherever this file lies below that. */
export function shippedModels(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder)) && folder.pathname !== '/') folder = new URL('..', folder);
  return new URL('models/', folder);
}

/** The latest of the versions in a folder, by name, or null where there is none that is whole. */
async function readShipped(models: URL): Promise<ShippedModel | null> {
  const folder = new URL(`${SERVED_MODEL}/`, models);
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const versions = names.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort(); // prettier-ignore
  for (const version of versions.reverse()) {
    const [model, manifest] = ['model.onnx', 'manifest.json'].map((name) => new URL(`${encodeURIComponent(version)}/${name}`, folder));
    if (!existsSync(model) || !existsSync(manifest)) continue;
    return { version, manifest: JSON.parse(await readFile(manifest, 'utf8')) as unknown, file: await readFile(model) };
  }
  return null;
}

/**
 * Give a shop without models the one that the service comes with: it goes through the gate like any other, and is champion once it is READY, unless somebody
 * gave out roles in the meantime. Until then rules decide.
 *
 * @param models where the package keeps its models
 */
export function startShippedModel(ports: Ports, models: URL): { settled: Promise<void>; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let markSettled = (): void => undefined;
  const settled = new Promise<void>((resolve) => (markSettled = resolve));
  const look = async (): Promise<void> => {
    const isSettled = await settle(ports, models).catch((error: unknown) => {
      ports.log.warn({ err: error }, 'the model that the service comes with could not be brought in; rules go on deciding');
      return true;
    });
    if (isSettled || isStopped) return markSettled();
    timer = setTimeout(() => void (looking = look()), LOOK_MS);
    timer.unref();
  };
  let looking = look();
  return {
    settled,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      markSettled();
    },
  };
}

/** One step further; whether there is nothing left to do. */
async function settle({ app, modelStore, judge, log }: Ports, models: URL): Promise<boolean> {
  const [records, history] = await Promise.all([modelStore.list(), modelStore.roleHistory(SERVED_MODEL)]);
  if (history.length > 0) return true;
  if (records.length === 0) {
    const shipped = await readShipped(models);
    if (!shipped) return true;
    await upload(app, shipped);
    await judge();
    return settle({ app, modelStore, judge, log }, models);
  }
  const own = records.find(({ name, uploadedBy }) => name === SERVED_MODEL && uploadedBy === SERVICE);
  if (!own || own.status === 'QUARANTINED') return true;
  const { version } = own;
  if (own.status === 'REJECTED') log.warn({ version }, 'the gate refused the model that the service comes with; rules go on deciding');
  else if (own.status === 'READY') {
    await app.assignModelRole({ name: SERVED_MODEL, role: 'CHAMPION', version, reason: REASON }, SERVICE);
    log.info({ version }, 'the model that the service comes with is champion');
  }
  return own.status !== 'VALIDATING';
}

async function upload(app: Ports['app'], shipped: ShippedModel): Promise<void> {
  const manifest = app.readModelManifest(SERVED_MODEL, shipped.manifest);
  const sha256 = createHash('sha256').update(shipped.file).digest('hex');
  await app.uploadModel(manifest, { bytes: shipped.file, sha256 }, SERVICE);
}
