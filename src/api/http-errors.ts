import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Log } from '../ports/log.js';
import { answerHttpError } from './error-answers.js';
import { newFacts } from './request-facts.js';
import { dropUnread } from './unread-bodies.js';

/** Answers an error outside GraphQL. A request that was refused before anything looked at it has no facts yet. */
export function sendHttpError(error: unknown, request: Pick<FastifyRequest, 'facts' | 'raw'>, reply: FastifyReply, log: Log): void {
  const { status, retryAfterSeconds, body } = answerHttpError(error, request.facts ?? newFacts(), log);
  if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
  reply.code(status);
  dropUnread(request, reply);
  reply.send(body);
}

/** Takes what Nest's controllers throw to the same answer; what resolvers throw goes on to the GraphQL answer. */
@Catch()
export class HttpErrors implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    const http = host.switchToHttp();
    sendHttpError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.log);
  }
}
