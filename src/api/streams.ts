import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.js';
import { LOCAL } from './access/caller.js';

/** How many streams of a kind are open at a time, in all and of one caller. */
interface StreamLimits {
  most: number;
  ofCaller: number;
}

/** What is read of a log takes connections to the database from pages; what is written keeps a line of each stream in memory. */
const LIMITS: Readonly<Record<string, StreamLimits>> = {
  exports: { most: 8, ofCaller: 4 },
  evidence: { most: 3, ofCaller: 2 },
  imports: { most: 24, ofCaller: 12 },
};
const RETRY_SECONDS = 2;

class OpenStreams {
  private all = 0;
  private readonly byCaller = new Map<string, number>();

  constructor(
    private readonly kind: string,
    readonly limits: StreamLimits,
  ) {}

  /** Gives what closes it again. @throws AppError RATE_LIMITED, OVERLOADED */
  open(caller: string, most: number): () => void {
    const own = this.byCaller.get(caller) ?? 0;
    if (own >= most)
      throw new AppError('RATE_LIMITED', `this caller has ${own} ${this.kind} open already; wait for one to end`, [], RETRY_SECONDS);
    if (this.all >= this.limits.most)
      throw new AppError('OVERLOADED', `${this.all} ${this.kind} are open already; try again in a while`, [], RETRY_SECONDS);
    this.all++;
    this.byCaller.set(caller, own + 1);
    return () => this.close(caller);
  }
  private close(caller: string): void {
    this.all--;
    const left = this.byCaller.get(caller)! - 1;
    if (left > 0) this.byCaller.set(caller, left);
    else this.byCaller.delete(caller);
  }
}

/** Bounds what is streamed in and out for as long as it takes: by a caller, who could hold it up for hours, and in all. */
export function createStreamBounds(): (request: FastifyRequest, reply: FastifyReply) => void {
  const streams = new Map(Object.entries(LIMITS).map(([kind, limits]) => [kind, new OpenStreams(kind, limits)]));
  return ({ routeOptions, caller }, reply) => {
    const open = streams.get(routeOptions.url?.split('/')[1] ?? '');
    if (!open) return;
    // Without authentication all are one caller.
    const most = caller === LOCAL ? open.limits.most : open.limits.ofCaller;
    reply.raw.once('close', open.open(JSON.stringify([caller.name, caller.user]), most));
  };
}
