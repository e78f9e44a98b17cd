import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Feed } from './runtime-feeds.js';

const ENTRY = fileURLToPath(new URL('./probe-process.mjs', import.meta.url));
const HEAP_MIB = 192;
/** Node and the runtime reserve 1 GiB before they do anything. */
const ADDRESS_SPACE_KIB = 3 * 1_048_576;
const CPU_SECONDS = 60;
const RESIDENT_LIMIT_BYTES = 1_073_741_824;
const WATCH_MS = 50;
const PAGE_BYTES = 4_096;
const NOTED_CHARACTERS = 2_000;

/** The process is gone, or was ended: nothing more can be asked. */
export class ProbeEnded extends Error {
  constructor(
    message: string,
    readonly because: 'time' | 'memory' | 'itself',
  ) {
    super(message);
  }
}

/** The file was asked and gave an error. */
export class RunFault extends Error {}

export interface ProbeAnswer {
  scores: Float32Array;
  dims: number[];
  /** What each run took, ms. */
  ms: number[];
}

/** Bytes of one answer; a model of 500 candidates and ten heads gives 20 KB. */
type Message = { error?: string; type?: string; dims?: number[]; data?: string; ms?: number[]; startMib?: number; peakMib?: number };

/** Pages come first where there is not enough processor for both; a model that is measured meanwhile still gets a third of what a page would. */
const PRIORITY = 5;

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // it ended already, which is told otherwise
  }
}

/**
 * A process that holds one file: in an empty folder, without an environment, without more memory and processor time than the limits give. The limits are set by
 * a shell, where there is one; what it uses is watched besides.
 */
export class ProbeChild {
  private readonly child: ChildProcess;
  private readonly watch: NodeJS.Timeout;
  private ended: ProbeEnded | null = null;
  private settle: ((outcome: Message | ProbeEnded) => void) | null = null;
  private said = '';

  private constructor(
    private readonly folder: string,
    file: Uint8Array,
  ) {
    const node = [`--max-old-space-size=${HEAP_MIB}`, '--no-warnings', ENTRY, String(file.length)];
    const limits = `ulimit -v ${ADDRESS_SPACE_KIB} 2>/dev/null; ulimit -t ${CPU_SECONDS}; ulimit -f 0; ulimit -c 0; exec "$0" "$@"`;
    const [command, args] =
      process.platform === 'win32' ? [process.execPath, node] : ['/bin/sh', ['-c', limits, process.execPath, ...node]];
    this.child = spawn(command, args, { cwd: folder, env: {}, stdio: ['pipe', 'ignore', 'pipe', 'ipc'] });
    lowerPriority(this.child.pid);
    this.child.once('error', (error) => this.end(new ProbeEnded(error.message, 'itself')));
    this.child.once('close', (code, signal) =>
      this.end(new ProbeEnded(`the process ended with ${signal ?? `code ${code}`}${this.lastWords()}`, 'itself')),
    );
    this.child.on('message', (message) => this.answer(message as Message));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-NOTED_CHARACTERS)));
    this.child.stdin?.on('error', () => undefined); // it ended before it had read all, which 'close' tells
    this.child.stdin?.end(file);
    this.watch = setInterval(() => void this.look(), WATCH_MS);
  }

  static async start(file: Uint8Array): Promise<ProbeChild> {
    return new ProbeChild(await mkdtemp(join(tmpdir(), 'imago-probe-')), file);
  }

  /** What it took from the start of the process to now, MiB. @throws RunFault where the file cannot be loaded, ProbeEnded */
  async memory(timeoutMs: number): Promise<{ startMib: number; peakMib: number }> {
    const { startMib = 0, peakMib = 0 } = await this.ask({ memory: true }, timeoutMs);
    return { startMib, peakMib };
  }

  /** @throws RunFault, ProbeEnded */
  async run(feeds: readonly Feed[], times: number, timeoutMs: number): Promise<ProbeAnswer> {
    const sent = feeds.map(({ name, type, dims, data }) => ({ name, type, dims, data: base64(data) }));
    const { type, dims = [], data = '', ms = [] } = await this.ask({ feeds: sent, times }, timeoutMs);
    if (type !== 'float32') throw new RunFault(`scores are of type ${type}, not float32`);
    return { scores: new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer), dims, ms };
  }

  async close(): Promise<void> {
    this.kill(new ProbeEnded('it was closed', 'itself'));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ask(message: object, timeoutMs: number): Promise<Message> {
    if (this.ended) throw this.ended;
    const outcome = await new Promise<Message | ProbeEnded>((resolve) => {
      const late = setTimeout(
        () => this.kill(new ProbeEnded(`no answer within ${timeoutMs / 1000} s; the process was killed`, 'time')),
        timeoutMs,
      );
      this.settle = (result) => {
        clearTimeout(late);
        resolve(result);
      };
      this.child.send(message, () => undefined);
    });
    if (outcome instanceof ProbeEnded) throw outcome;
    if (outcome.error !== undefined) throw new RunFault(oneLine(outcome.error));
    return outcome;
  }

  private answer(message: Message): void {
    const settle = this.settle;
    this.settle = null;
    settle?.(message);
  }
  private kill(why: ProbeEnded): void {
    this.child.kill('SIGKILL');
    this.end(why);
  }
  private end(why: ProbeEnded): void {
    clearInterval(this.watch);
    this.ended ??= why;
    this.settle?.(this.ended);
    this.settle = null;
  }

  /** Only Linux tells; elsewhere the limit of the shell has to do. */
  private async look(): Promise<void> {
    const text = await readFile(`/proc/${this.child.pid}/statm`, 'utf8').catch(() => '');
    const resident = Number(text.split(' ')[1] ?? 0) * PAGE_BYTES;
    if (resident <= RESIDENT_LIMIT_BYTES || this.ended) return;
    this.kill(new ProbeEnded(`it took ${Math.round(resident / 1_048_576)} MiB; the process was killed`, 'memory'));
  }

  private lastWords(): string {
    const words = oneLine(this.said);
    return words === '' ? '' : `: ${words}`;
  }
}

const base64 = (data: ArrayBufferView): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
const SHOWN = 300;
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, SHOWN);
