import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way between a client and a server that can be made bad. */
export interface TcpProxy {
  port: number;
  /** Cut every connection and refuse new ones until it is mended. */
  cut(): void;
  /** Every piece of data in either direction comes so much later. */
  slow(delayMs: number): void;
  mend(): void;
  close(): Promise<void>;
}

/** Stand before `127.0.0.1:target` on a port of its own. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const pass = (from: Socket, to: Socket): void => {
    // Timers of one length run in the order in which they were set, so that bytes keep theirs.
    const later = (work: () => void): void => void (delayMs === 0 ? work() : setTimeout(work, delayMs));
    from.on('data', (chunk: Buffer) => later(() => void (to.writable && to.write(chunk))));
    from.on('end', () => later(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.setNoDelay(true));
    pass(client, upstream);
    pass(upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      cutAll();
    },
    slow: (ms) => void (delayMs = ms),
    mend() {
      isCut = false;
      delayMs = 0;
    },
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
