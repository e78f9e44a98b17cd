import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type App } from '../app/app.js';
import { APP } from './tokens.js';

/** A cache asks whether it is still so before it answers, so that blocks reach it, and answers by itself only where it cannot ask. */
const CACHING = 'public, no-cache, stale-if-error=86400';

/** Lists that a storefront keeps for when it cannot reach anything else. */
@Controller('fallback')
export class FallbackController {
  constructor(@Inject(APP) private readonly app: App) {}

  @Get(':surface.json')
  async list(
    @Param('surface') surface: string,
    @Headers('if-none-match') known: string | undefined,
    @Req() { facts }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    facts.operation = 'fallback';
    const { body, etag } = await this.app.fallback(surface);
    void reply.header('etag', etag).header('cache-control', CACHING);
    const isKnown = known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*') ?? false;
    if (isKnown) void reply.code(304).send();
    else void reply.type('application/json; charset=utf-8').send(body);
  }
}
