import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** What one run sends: at a rate, whether or not the last are answered, or as fast as so many connections get answers. */
export interface FloodPlan {
  host: string;
  port: number;
  /** Bodies that are sent in turn. */
  bodies: string[];
  connections: number;
  seconds: number;
  /** Null: each connection sends its next request when the last is answered. */
  perSecond: number | null;
}

/** What happened to the requests that fell due in one second. */
export interface FloodSecond {
  sent: number;
  /** Milliseconds of those answered as asked, from when each was due. */
  goodMs: number[];
  refusedMs: number[];
  /** Answered otherwise, not at all, or never sent because no connection was free in time. */
  failed: number;
  notSent: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const GOOD = '{"data":{"feed":{';
const REFUSED: ReadonlySet<number> = new Set([429, 503]);
const TICK_MS = 2;
/** Nobody waits longer than this for a connection. */
const PATIENCE_MS = 1_000;
const LAST_ANSWERS_MS = 5_000;

interface Answer {
  status: number;
  isGood: boolean;
  length: number;
}

/** The answer at the beginning of what was read, or null while it is not whole. As little is looked at as can be: a client that parses takes the time of the service. */
function readAnswer(read: Buffer): Answer | null {
  const headEnd = read.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const head = read.toString('latin1', 0, headEnd);
  const length = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
  if (!Number.isFinite(length)) throw new Error(`an answer without its length: ${head}`);
  if (read.length < length) return null;
  const status = Number(head.slice(9, 12));
  return { status, length, isGood: status === 200 && read.toString('latin1', headEnd + 4, headEnd + 4 + GOOD.length) === GOOD };
}

class Connection {
  private readonly socket: Socket;
  private read: Buffer = Buffer.alloc(0);
  private settle: ((answer: Answer | null) => void) | null = null;
  isOpen = false;

  constructor({ host, port }: FloodPlan, onOpen: () => void) {
    this.socket = connect({ host, port, noDelay: true }, () => {
      this.isOpen = true;
      onOpen();
    });
    this.socket.on('data', (chunk: Buffer) => this.take(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isOpen = false;
      this.finish(null);
    });
  }

  send(request: Buffer, settle: (answer: Answer | null) => void): void {
    this.settle = settle;
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.read = this.read.length === 0 ? chunk : Buffer.concat([this.read, chunk]);
    const answer = readAnswer(this.read);
    if (!answer) return;
    this.read = this.read.subarray(answer.length);
    this.finish(answer);
  }

  private finish(answer: Answer | null): void {
    const { settle } = this;
    this.settle = null;
    settle?.(answer);
  }
}

const requestOf = ({ host, port }: FloodPlan, body: string): Buffer =>
  Buffer.from(
    `POST /graphql HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

/** Send what a plan says over bare connections, each with one request under way, and tell what became of it second by second. */
export async function flood(plan: FloodPlan): Promise<FloodSecond[]> {
  const { perSecond, seconds } = plan;
  const requests = plan.bodies.map((body) => requestOf(plan, body));
  const told = Array.from({ length: seconds }, (): FloodSecond => ({ sent: 0, goodMs: [], refusedMs: [], failed: 0, notSent: 0 }));
  const free: Connection[] = [];
  let sent = 0;
  let opened = 0;
  let started = Infinity;
  let underWay = 0;
  const all = Array.from({ length: plan.connections }, () => new Connection(plan, () => opened++));
  while (opened < all.length) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  free.push(...all);

  const secondOf = (due: number): FloodSecond => told[Math.min(told.length - 1, Math.floor((due - started) / 1000))];
  const isOver = (): boolean => performance.now() >= started + seconds * 1000;
  const sendOne = (connection: Connection, due: number): void => {
    const second = secondOf(due);
    second.sent++;
    underWay++;
    connection.send(requests[sent++ % requests.length], (answer) => {
      underWay--;
      const ms = performance.now() - due;
      if (answer?.isGood) second.goodMs.push(ms);
      else if (answer && REFUSED.has(answer.status)) second.refusedMs.push(ms);
      else second.failed++;
      if (!connection.isOpen) return;
      if (perSecond === null && !isOver()) sendOne(connection, performance.now());
      else free.push(connection);
    });
  };
  started = performance.now();
  if (perSecond === null) {
    for (const connection of free.splice(0)) sendOne(connection, performance.now());
    while (!isOver()) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  } else {
    const total = Math.floor(perSecond * seconds);
    const dueOf = (number: number): number => started + (number * 1000) / perSecond;
    for (let next = 0; next < total; await new Promise((resolve) => setTimeout(resolve, TICK_MS)))
      for (const now = performance.now(); next < total && dueOf(next) <= now; next++) {
        const connection = free.pop();
        if (connection) sendOne(connection, dueOf(next));
        else if (dueOf(next) < now - PATIENCE_MS) secondOf(dueOf(next)).notSent++;
        else break;
      }
  }
  const until = performance.now() + LAST_ANSWERS_MS;
  while (underWay > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  for (const connection of all) connection.close();
  return told;
}
