import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

const CHECK_MS = 100;
const CHECK_TIMEOUT_MS = 2_000;
const TRIES = 20;
const AGAIN_MS = 50;

/** What stands before the processes: each request goes to the next one that is ready, and to another one where nobody listened. Nothing else is tried again. */
export interface Balancer {
  url: string;
  /** Requests that were sent on and not answered, by code. */
  broken: Map<string, number>;
  close(): Promise<void>;
}

interface Upstream {
  url: string;
  isReady: boolean;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function startBalancer(urls: () => string[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const broken = new Map<string, number>();
  let upstreams: Upstream[] = urls().map((url) => ({ url, isReady: true }));
  let turn = 0;

  const isReady = (url: string): Promise<boolean> =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) }).then(({ ok }) => ok, () => false); // prettier-ignore
  const check = async (): Promise<void> => {
    upstreams = await Promise.all(urls().map(async (url) => ({ url, isReady: await isReady(url) })));
  };
  let checking = Promise.resolve();
  const timer = setInterval(() => void (checking = checking.then(check)), CHECK_MS);

  const next = (): string => {
    const ready = upstreams.filter((one) => one.isReady);
    const from = ready.length > 0 ? ready : upstreams;
    return from[turn++ % from.length].url;
  };
  const send = (url: string, { method, url: path, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { connection: _, host: __, ...passed } = headers;
      request(url + path, { method, headers: passed, agent }, resolve)
        .on('error', reject)
        .end(body);
    });
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    for (let tries = 1; ; tries++) {
      const url = next();
      try {
        const response = await send(url, incoming, body);
        const whole = await bodyOf(response);
        const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = response.headers;
        outgoing.writeHead(response.statusCode!, { ...headers, 'x-served-by': url, 'content-length': whole.length }).end(whole);
        return;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
        const upstream = upstreams.find((one) => one.url === url);
        if (upstream) upstream.isReady = false;
        if (code !== 'ECONNREFUSED' || tries === TRIES) {
          broken.set(code, (broken.get(code) ?? 0) + 1);
          return void outgoing.writeHead(502).end('{}');
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  };

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy())).listen(0, '127.0.0.1'); // prettier-ignore
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broken,
    async close() {
      clearInterval(timer);
      await checking;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      agent.destroy();
    },
  };
}
