import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';

export interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: { type: string; data: Record<string, unknown> };
}

/** A storefront that is called, on a free port, with all calls that came. */
export interface Receiver {
  url: string;
  calls: Call[];
  /** The status of the next answer; a redirect goes to `/elsewhere`. */
  answer: () => number;
  /** Before it answers. */
  delayMs: number;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      receiver.calls.push({ path, headers: request.headers, text, body: (text === '' ? {} : JSON.parse(text)) as Call['body'] });
      setTimeout(() => response.writeHead(receiver.answer(), { location: '/elsewhere' }).end(), receiver.delayMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    calls: [],
    answer: () => 204,
    delayMs: 0,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
