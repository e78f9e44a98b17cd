import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way of one process to its database, on which the connection that notices come over can be told from the others by the name it gives at its start. */
export interface NoticeGate {
  port: number;
  /** End it, and refuse it until it is mended. */
  cut(): void;
  /** Leave it open, and let nothing through. */
  mute(): void;
  mend(): void;
  close(): Promise<void>;
}

const NAME = 'imago notices';

export async function startNoticeGate(target: number): Promise<NoticeGate> {
  const sockets = new Set<Socket>();
  const notices = new Set<Socket>();
  let state: 'whole' | 'cut' | 'mute' = 'whole';
  const pass = (from: Socket, to: Socket, isNotices: () => boolean): void => {
    sockets.add(from.setNoDelay(true));
    from.on('data', (chunk: Buffer) => {
      if (state === 'mute' && isNotices()) return;
      if (to.writable) to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      notices.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const isNotices = (): boolean => notices.has(client);
    client.once('data', (first: Buffer) => {
      if (!first.includes(NAME)) return;
      notices.add(client);
      if (state === 'cut') client.destroy();
    });
    pass(client, upstream, isNotices);
    pass(upstream, client, isNotices);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endNotices = (): void => notices.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      endNotices();
    },
    mute: () => void (state = 'mute'),
    mend() {
      // What was swallowed is gone, so a connection that was mute is of no use any more.
      if (state === 'mute') endNotices();
      state = 'whole';
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
