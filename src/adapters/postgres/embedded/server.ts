import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Log } from '../../../ports/log.js';
import { spawnAs } from './account.js';
import { stopOrphan } from './cluster.js';
import { type LogFile } from './log-file.js';
import { type Place } from './place.js';
import { signal, stopPostmaster } from './processes.js';

const POLL_MS = 15;
const TELL_EVERY_MS = 10_000;
const LONGEST_BACKOFF_MS = 5_000;
const STABLE_MS = 60_000;
const SILENCE_MS = 3_000;
const ATTEMPTS = 8;

/** Settings for one machine shared with Node. Durability stays at its strictest; replication is off, so the log can be minimal. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
};

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Why a start failed, as far as trying again depends on it. */
function obstacle(lines: string): 'port' | 'old backends' | 'other' {
  if (lines.includes('could not bind')) return 'port';
  return /pre-existing shared memory block|lock file "postmaster\.pid"/.test(lines) ? 'old backends' : 'other';
}

function lastFatal(lines: string): string {
  const all = lines.split('\n');
  return all.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? all.at(-1) ?? '';
}

/** One postmaster and its life: start, restart on the same port when it is killed, stop. */
export class Server {
  port = 0;
  private child: ChildProcess | undefined;
  private outputEnded: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();
  private watch: Promise<void> = Promise.resolve();

  constructor(
    private readonly place: Place,
    private readonly logFile: LogFile,
    private readonly log: Log,
  ) {}

  /** Start on a free port and keep it running from then on. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort();
      if (await this.launch()) break;
      const reason = obstacle(this.logFile.lines());
      if (reason === 'other' || attempt === ATTEMPTS) throw this.failure();
      if (reason === 'old backends') await delay(100 * 2 ** attempt);
    }
    this.watch = this.keepRunning();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const pid = this.runningChild()?.pid;
    if (pid !== undefined) await stopPostmaster(pid, this.log);
    await this.watch;
    await this.silence();
  }

  /** For the end of the process, where nothing can be waited for. */
  stopWithoutWaiting(): void {
    const pid = this.runningChild()?.pid;
    if (pid !== undefined) signal(pid, 'SIGINT');
  }

  /** Backends hold the log until they have ended; one that hangs must not hold us. */
  private async silence(): Promise<void> {
    await Promise.race([this.outputEnded, delay(SILENCE_MS, undefined, { ref: false })]);
  }

  private failure(): Error {
    return new Error(`embedded PostgreSQL did not start: ${lastFatal(this.logFile.lines())} (log: ${this.logFile.path})`);
  }

  /** Start the postmaster on `port` and wait until it takes connections; false when it ended instead. */
  private async launch(): Promise<boolean> {
    const { account, binaries, cluster } = this.place;
    const settings = Object.entries({ ...SETTINGS, port: String(this.port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await stopOrphan(this.place, this.log);
    if (this.stopping.signal.aborted) return false;
    this.logFile.begin();
    const child = spawnAs(account, join(binaries.root, 'bin', 'postgres'), ['-D', cluster, ...settings]);
    this.child = child;
    const ended = new Promise<false>((resolve) => {
      child.once('close', () => resolve(false));
      child.once('error', () => resolve(false));
    });
    this.outputEnded = ended;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => this.logFile.write(chunk));
    const over = new AbortController();
    const ready = await Promise.race([ended, this.readiness(child, over.signal)]);
    over.abort();
    return ready;
  }

  /** The postmaster writes its state to the eighth line of its pid file; replay of the log after a crash may take a while. */
  private async readiness(child: ChildProcess, over: AbortSignal): Promise<boolean> {
    let told = performance.now();
    while (!over.aborted) {
      const lines = (await readFile(join(this.place.cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
      if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
      if (performance.now() - told > TELL_EVERY_MS) {
        told = performance.now();
        this.log.warn({ said: this.logFile.lines().split('\n').at(-1) }, 'embedded PostgreSQL is not ready yet');
      }
      await delay(POLL_MS);
    }
    return false;
  }

  /** Whenever the postmaster ends without being asked to, start it again, at growing intervals while that fails. */
  private async keepRunning(): Promise<void> {
    let failures = 0;
    for (;;) {
      const since = performance.now();
      const child = this.runningChild();
      if (child) await once(child, 'exit');
      if (this.stopping.signal.aborted) return;
      await this.silence();
      if (performance.now() - since > STABLE_MS) failures = 0;
      this.log.error({ ended: this.child?.signalCode ?? this.child?.exitCode }, 'embedded PostgreSQL ended unasked, starting it again');
      do {
        await this.backOff(failures++);
        if (this.stopping.signal.aborted) return;
      } while (!(await this.launchAgain()));
    }
  }

  private async backOff(failures: number): Promise<void> {
    const waitMs = failures === 0 ? 0 : Math.min(100 * 2 ** failures, LONGEST_BACKOFF_MS);
    await delay(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async launchAgain(): Promise<boolean> {
    const started = await this.launch().catch((error: unknown) => {
      this.log.error({ err: error }, 'embedded PostgreSQL cannot be started');
      return false;
    });
    if (this.stopping.signal.aborted) return true;
    if (started) this.log.info({ port: this.port }, 'embedded PostgreSQL is back');
    else this.log.error({ err: this.failure() }, 'embedded PostgreSQL is still down');
    return started;
  }

  private runningChild(): ChildProcess | undefined {
    return this.child?.exitCode === null && this.child.signalCode === null ? this.child : undefined;
  }
}
