import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type App, type DependencyHealth } from '../app/app.js';
import { type Life, noteAsked } from './departure.js';
import { APP, LIFE } from './tokens.js';

/** For load balancers and people: whether the process runs, and whether it can serve. */
@Controller('health')
export class HealthController {
  private asking: Promise<DependencyHealth[]> | null = null;

  constructor(
    @Inject(APP) private readonly app: App,
    @Inject(LIFE) private readonly life: Life,
  ) {}

  @Get('live')
  live(@Req() { facts }: FastifyRequest): object {
    facts.operation = 'health';
    return { status: 'live' };
  }
  @Get('ready')
  async ready(@Req() { facts }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    facts.operation = 'health';
    const dependencies = await this.dependencies();
    noteAsked(this.life);
    const closing: DependencyHealth[] = this.life.closing ? [{ name: 'server', ok: false, detail: 'it is shutting down' }] : [];
    const all = [...dependencies, ...closing];
    const ready = all.every(({ ok }) => ok);
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', dependencies: all };
  }

  /** Anybody may ask, so those who ask at once share one look at the dependencies. */
  private dependencies(): Promise<DependencyHealth[]> {
    this.asking ??= this.app.health().finally(() => (this.asking = null));
    return this.asking;
  }
}
