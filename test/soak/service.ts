import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startServerProcess } from '../../src/cli/bench/service-process.js';
import { descendants } from '../chaos/processes.js';
import { endChildService, startChildService } from '../support/child-service.js';
import { type Row } from './verdict.js';

const BUILT = new URL('../../dist/src/main.js', import.meta.url);
const LIVE_MEMORY = new URL('live-memory.mjs', import.meta.url);

/** A service of our own with the sample, on embedded PostgreSQL. */
export interface Soaked {
  url: string;
  pid: number;
  built: boolean;
  /** Has all garbage collected, which keeps the service for some tenths of a second. @returns bytes that its heap holds then, and typed arrays beside it; and those of compiled code among them */
  liveMemory(): Promise<Pick<Row, 'live' | 'code'>>;
  stop(): Promise<void>;
}

/** What the service and the system say of its process at one instant. */
export interface Reading {
  resident: number;
  heap: number;
  /** Buffers of JavaScript among it. */
  external: number;
  cpuSeconds: number;
  lagP99Ms: number;
  descriptors: number;
  backends: number;
  helpersResident: number;
}

/** As `npm start` does where there is a build, else from the sources. */
export async function startSoaked(dataDir: string, stateMb: number, mayBeBuilt = true): Promise<Soaked> {
  const socket = join(dataDir, 'memory.sock');
  const env = {
    PORT: '0', SAMPLE: 'shop', DATA_DIR: dataDir, LOG_LEVEL: 'warn', USER_STATE_MAX_MB: String(stateMb), NODE_OPTIONS: `--import=${LIVE_MEMORY.href}`, SOAK_MEMORY_SOCKET: socket,
  }; // prettier-ignore
  const liveMemory: Soaked['liveMemory'] = async () => JSON.parse(await textOf(connect(socket))) as Pick<Row, 'live' | 'code'>;
  if (mayBeBuilt && existsSync(fileURLToPath(BUILT))) return { ...(await startServerProcess(BUILT, [], env)), liveMemory, built: true };
  const service = await startChildService(env);
  return { url: service.url, pid: service.process.pid!, liveMemory, built: false, stop: () => endChildService(service, 'SIGTERM') };
}

const value = (text: string, name: string): number => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);

/** Backends and workers of a postmaster: its children. */
function backendsOf(dataDir: string): number {
  const folder = readdirSync(dataDir).find((name) => existsSync(join(dataDir, name, 'postmaster.pid')));
  if (folder === undefined) return NaN;
  const postmaster = Number(readFileSync(join(dataDir, folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return descendants(postmaster, '').length;
}

function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it ended meanwhile
  }
}

/** Open descriptors, those of callers' connections left aside. */
function descriptorsOf(pid: number, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)); // prettier-ignore
  const callers = new Set(lines.filter(([, address]) => address?.endsWith(local)).map((fields) => `socket:[${fields[9]}]`));
  const isOwn = (descriptor: string): boolean => {
    try {
      return !callers.has(readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    } catch {
      return false; // it was closed meanwhile
    }
  };
  return readdirSync(`/proc/${pid}/fd`).filter(isOwn).length;
}

export async function readService({ url, pid }: Soaked, dataDir: string): Promise<Reading> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const helpers = descendants(pid, 'node');
  return {
    resident: value(text, 'process_resident_memory_bytes'),
    heap: value(text, 'nodejs_heap_size_used_bytes'),
    external: value(text, 'nodejs_external_memory_bytes'),
    cpuSeconds: value(text, 'process_cpu_seconds_total'),
    lagP99Ms: 1000 * value(text, 'nodejs_eventloop_lag_p99_seconds'),
    descriptors: descriptorsOf(pid, Number(new URL(url).port)),
    backends: backendsOf(dataDir),
    helpersResident: helpers.reduce((sum, helper) => sum + residentOf(helper), 0),
  };
}
