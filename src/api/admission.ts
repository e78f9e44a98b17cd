import { type FastifyRequest } from 'fastify';
import { type Socket } from 'node:net';
import { type ApiConfig } from './api-config.js';
import { Refusal } from './refusals.js';

const LOOPBACK_IPV4 = /^(::ffff:)?127(\.\d{1,3}){3}$/;

const isLoopbackAddress = (address: string): boolean => address === '::1' || LOOPBACK_IPV4.test(address);
const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name.replace(/^\[|\]$/g, ''));

/**
 * Whether a request is made on this machine: by the other end of its connection, and by everybody whom a proxy on this machine passes it on for. What
 * a header says alone counts for nothing, since a caller can say it too.
 */
export function isFromThisMachine({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): boolean {
  const forwarded = headers['x-forwarded-for'];
  if (headers.forwarded !== undefined || !isLoopbackSocket(raw.socket)) return false;
  return forwarded === undefined || String(forwarded).split(',').every((caller) => isLoopbackAddress(caller.trim())); // prettier-ignore
}

/** Its other end stays what it is for as long as the connection lasts. */
const loopbackBySocket = new WeakMap<Socket, boolean>();
function isLoopbackSocket(socket: Socket): boolean {
  let known = loopbackBySocket.get(socket);
  if (known === undefined) loopbackBySocket.set(socket, (known = isLoopbackAddress(socket.remoteAddress ?? '')));
  return known;
}

const refusal = (message: string): Refusal => new Refusal(403, 'FORBIDDEN', message);

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopbackName(new URL(origin).hostname);
}

/**
 * The door of protected mode, in which every caller may do everything: only this machine gets in, by a name of this machine (a foreign name in Host
 * is a page that had its own name point here), and no page of another site. Gives the refusal, or null.
 */
export function protectedDoor({ host, corsOrigins }: ApiConfig): (request: FastifyRequest) => Refusal | null {
  const allowedOrigins = new Set(corsOrigins);
  let lastHost: string | undefined; // of a name that is let in; nearly all requests have the same
  return (request) => {
    const { headers } = request;
    if (!isFromThisMachine(request)) return refusal('without authentication only this machine is served');

    if (headers.host !== lastHost) {
      const name = headers.host?.replace(/:\d*$/, '').toLowerCase();
      if (name !== undefined && name !== host && !isLoopbackName(name)) return refusal('the Host header names another machine');
      lastHost = headers.host;
    }

    const { origin } = headers;
    const foreign = origin !== undefined && !allowedOrigins.has(origin) && !isLoopbackOrigin(origin);
    return foreign ? refusal('pages of this origin may not call; CORS_ORIGINS lists those that may') : null;
  };
}
