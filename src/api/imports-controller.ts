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

const KINDS: readonly string[] = ['items', 'users', 'events'] satisfies ImportKind[];
const LIMITS = { maxLineBytes: 65_536, silenceMs: 60_000 };

function readMode(kind: string, mode: unknown): { replace: boolean } {
  if (mode === undefined) return { replace: false };
  if (mode === 'replace' && kind === 'items') return { replace: true };
  const message = `mode ${shown(mode)} is none of this import; items take replace`;
  throw new AppError('INVALID_INPUT', message, [{ path: 'mode', code: 'INVALID_INPUT', message }]);
}

/** Streams of lines into the catalogue, the users or the ledger. */
@Controller('imports')
export class ImportsController {
  constructor(@Inject(APP) private readonly app: App) {}

  @Post(':kind')
  @HttpCode(200)
  async importLines(@Param('kind') kind: string, @Query('mode') mode: unknown, @Req() request: FastifyRequest): Promise<BatchResult> {
    if (!KINDS.includes(kind)) throw new Refusal(404, 'NOT_FOUND', `there is no import of ${shown(kind)}; there are ${KINDS.join(', ')}`);
    request.facts.operation = `import ${kind}`;
    const options = readMode(kind, mode);
    if (!(request.body instanceof Readable)) throw new Refusal(415, 'INVALID_INPUT', 'an import is a body of type application/x-ndjson');
    return noteBatch(request.facts, kind, await this.app.importLines(kind as ImportKind, linesOf(request.body, LIMITS), options));
  }
}
