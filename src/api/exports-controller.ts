import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type App, type LinesExport, type RawInput } from '../app/app.js';
import { APP } from './tokens.js';

/** Tells a caller who left it out which instant to ask for again. */
const AS_OF_HEADER = 'imago-as-of';

/** The reader's pace is the pace of the export; one that fails on the way is cut off, so that nobody takes it for whole. */
const sendPieces = (reply: FastifyReply, pieces: AsyncIterable<string>): void =>
  void reply.type('application/x-ndjson').send(Readable.from(pieces));

const sendExport = (reply: FastifyReply, { asOf, pieces }: LinesExport): void =>
  sendPieces(reply.header(AS_OF_HEADER, new Date(asOf).toISOString()), pieces);

/** Streams of lines: of the exposure log, for training and replay, and of all that is held on a user. */
@Controller('exports')
export class ExportsController {
  constructor(@Inject(APP) private readonly app: App) {}

  @Get('exposures')
  exposures(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'export exposures';
    sendExport(reply, this.app.exportExposures(parameters));
  }

  @Get('features')
  features(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'export features';
    sendExport(reply, this.app.exportFeatures(parameters));
  }

  @Get('requests')
  requests(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'export requests';
    sendExport(reply, this.app.exportRequests(parameters));
  }

  @Get('rebuilt')
  rebuilt(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'rebuild pages';
    sendExport(reply, this.app.rebuildPages(parameters));
  }

  @Get('users/:id')
  user(@Param('id') id: string, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'export user';
    sendPieces(reply, this.app.exportUser(id));
  }

  @Get('cocoons')
  cocoons(@Query() parameters: RawInput, @Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'verify cocoons';
    sendPieces(reply, this.app.verifyCocoons(parameters));
  }

  @Get('vocabularies')
  vocabularies(@Req() { facts }: FastifyRequest, @Res() reply: FastifyReply): void {
    facts.operation = 'export vocabularies';
    sendPieces(reply, this.app.exportVocabularies());
  }
}
