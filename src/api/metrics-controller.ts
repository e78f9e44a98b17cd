import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Metrics } from './metrics.js';
import { METRICS } from './tokens.js';

/** Metrics as Prometheus reads them. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get()
  async metricsText(@Req() { facts }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    facts.operation = 'metrics';
    reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}
