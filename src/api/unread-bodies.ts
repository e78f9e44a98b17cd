import { type FastifyReply, type FastifyRequest } from 'fastify';

const LINGER_MS = 2_000;

/**
 * Let a caller who is refused before his body was read get to see the answer: what he is still sending is read and dropped for a while. To close at
 * once would reset the connection while he writes, and the answer would be lost with it. A body that was waited for long enough is not waited for.
 */
export function dropUnread({ raw }: Pick<FastifyRequest, 'raw'>, reply: FastifyReply): void {
  if (raw.complete) return;
  if (reply.statusCode === 408) return void reply.header('connection', 'close');
  reply.removeHeader('connection');
  const cut = setTimeout(() => raw.socket.destroy(), LINGER_MS);
  raw.once('close', () => clearTimeout(cut));
  raw.resume();
}
