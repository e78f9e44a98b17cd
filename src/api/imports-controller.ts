import { Controller, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type App, type ImportKind } from '../app/app.js';
import { type BatchResult } from '../app/answers.js';
import { AppError, shown } from '../core/errors.js';
import { linesOf } from './lines.js';
import { Refusal } from './refusals.js';
import { noteBatch } from './request-facts.js';
import { APP } from './tokens.js';

/** Made elsewhere and taken in whole, beside what is streamed. */
const TABLES = ['embeddings', 'neighbours'];
const KINDS: readonly string[] = ['items', 'users', 'events'] satisfies ImportKind[];
const LIMITS = { maxLineBytes: 65_536, silenceMs: 60_000 };

function readMode(kind: string, mode: unknown): { replace: boolean } {
  if (mode === undefined) return { replace: false };
  if (mode === 'replace' && kind === 'items') return { replace: true };
  const message = `mode ${shown(mode)} is none of this import; items take replace`;
  throw new AppError('INVALID_INPUT', message, [{ path: 'mode', code: 'INVALID_INPUT', message }]);
}

/** The lines of a request; its operation is named for the log. */
function bodyOf(request: FastifyRequest, kind: string): AsyncIterable<string> {
  request.facts.operation = `import ${kind}`;
  if (!(request.body instanceof Readable)) throw new Refusal(415, 'INVALID_INPUT', 'an import is a body of type application/x-ndjson');
  return linesOf(request.body, LIMITS);
}

/** Streams of lines into the catalogue, the users or the ledger. */
@Controller('imports')
export class ImportsController {
  constructor(@Inject(APP) private readonly app: App) {}

  @Post('embeddings')
  @HttpCode(200)
  async importEmbeddings(@Query('space') space: unknown, @Req() request: FastifyRequest): Promise<BatchResult> {
    const lines = bodyOf(request, 'embeddings');
    return noteBatch(request.facts, 'embeddings', await this.app.importEmbeddings(space, lines));
  }

  @Post('neighbours')
  @HttpCode(200)
  async importNeighbours(@Query('relation') relation: unknown, @Req() request: FastifyRequest): Promise<BatchResult> {
    const lines = bodyOf(request, 'neighbours');
    return noteBatch(request.facts, 'neighbours', await this.app.importNeighbours(relation, lines));
  }

  @Post(':kind')
  @HttpCode(200)
  async importLines(@Param('kind') kind: string, @Query('mode') mode: unknown, @Req() request: FastifyRequest): Promise<BatchResult> {
    if (!KINDS.includes(kind))
      throw new Refusal(404, 'NOT_FOUND', `there is no import of ${shown(kind)}; there are ${[...KINDS, ...TABLES].join(', ')}`);
    const options = readMode(kind, mode);
    return noteBatch(request.facts, kind, await this.app.importLines(kind as ImportKind, bodyOf(request, kind), options));
  }
}
