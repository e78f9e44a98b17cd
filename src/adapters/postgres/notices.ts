import { Client, type Pool } from 'pg';
import { type Log } from '../../ports/log.js';
import { type NoticeChannel, type Notices } from '../../ports/notices.js';
import { asUnavailable } from './faults.js';
import { channelOf, listenTo, nameOf, notifyOf } from './notice-channels.js';

const CHANNELS: readonly NoticeChannel[] = [
  'catalogue',
  'settings',
  'neighbours',
  'cycles',
  'standing',
  'models',
  'population',
  'triggers',
  'experiments',
  'blocks',
  'people',
  'served',
];
const TELL = 'SELECT pg_notify($1, $2)';
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;

interface NoticeSource extends Notices {
  close(): Promise<void>;
}

/**
 * Notices by LISTEN on a connection of their own, which is opened again whenever it is lost; since notices may then have been missed, every listener
 * is called once after that.
 *
 * @throws AppError UNAVAILABLE when the first connection cannot be had
 */
export async function createPostgresNotices({ url, pool, log }: { url: string; pool: Pool; log: Log }): Promise<NoticeSource> {
  const listeners = new Map<string, Set<(about: string) => void>>(CHANNELS.map((channel) => [channel, new Set()]));
  const call = (channel: string, about = '') => {
    for (const listener of listeners.get(channel) ?? []) {
      try {
        listener(about);
      } catch (error) {
        log.error({ err: error, channel }, 'a listener to notices failed');
      }
    }
  };
  const connection = new ListeningConnection(url, log, call, () => CHANNELS.forEach((channel) => call(channel)));
  await connection.open().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  return {
    subscribe: (channel, listener) => void listeners.get(channel)!.add(listener),
    publish: createPostgresPublisher(pool),
    close: () => connection.close(),
  };
}

/** Notices by who does not listen. */
export const createPostgresPublisher =
  (pool: Pool): Notices['publish'] =>
  async (channel, about) => {
    const sent = about ? pool.query(TELL, [nameOf(channel), about]) : pool.query(notifyOf(channel));
    await sent.catch((error: unknown) => {
      throw asUnavailable(error);
    });
  };

class ListeningConnection {
  private client: Client | null = null;
  private timer: NodeJS.Timeout | undefined;
  private retryMs = FIRST_RETRY_MS;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly log: Log,
    private readonly onNotice: (channel: string, about: string) => void,
    private readonly onReconnect: () => void,
  ) {}

  async open(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'imago notices',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client.on('error', () => undefined); // what follows is done when it ends
    client.on('notification', ({ channel, payload }) => this.onNotice(channelOf(channel), payload ?? ''));
    try {
      await client.connect();
      await client.query(listenTo(CHANNELS));
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    client.once('end', () => this.lost());
    if (this.closed) await client.end();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.client?.end();
  }

  private lost(): void {
    this.client = null;
    if (this.closed) return;
    this.log.warn({}, 'the connection for notices was lost; what changes meanwhile is noticed with a delay');
    this.retryLater();
  }

  private retryLater(): void {
    this.timer = setTimeout(() => void this.retry(), this.retryMs * (0.5 + Math.random() / 2)).unref();
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private async retry(): Promise<void> {
    try {
      await this.open();
    } catch {
      if (!this.closed) this.retryLater();
      return;
    }
    this.retryMs = FIRST_RETRY_MS;
    if (!this.closed) this.onReconnect();
  }
}
