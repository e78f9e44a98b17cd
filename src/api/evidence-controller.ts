import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type App, type RawInput } from '../app/app.js';
import { linesOf } from './lines.js';
import { Refusal } from './refusals.js';
import { APP } from './tokens.js';

/** A line has the heads of all chains of two days. */
const LIMITS = { maxLineBytes: 1_048_576, silenceMs: 60_000 };

const send = (reply: FastifyReply, pieces: AsyncIterable<string>): void =>
  void reply.type('application/x-ndjson').send(Readable.from(pieces));

/** What others keep of the logs, and the logs held against it. */
@Controller('evidence')
export class EvidenceController {
  constructor(@Inject(APP) private readonly app: App) {}

  @Get('heads')
  heads(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'evidence heads';
    send(reply, this.app.evidenceHeads(parameters));
  }

  @Get('verify')
  async verify(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    facts.operation = 'evidence verify';
    send(reply, await this.app.verifyLogs(parameters, null));
  }

  /** With heads that somebody kept. */
  @Post('verify')
  @HttpCode(200)
  async verifyAgainst(@Query() parameters: RawInput, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    request.facts.operation = 'evidence verify';
    if (!(request.body instanceof Readable)) throw new Refusal(415, 'INVALID_INPUT', 'heads are a body of type application/x-ndjson');
    send(reply, await this.app.verifyLogs(parameters, linesOf(request.body, LIMITS)));
  }
}
