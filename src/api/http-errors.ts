import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Log } from '../ports/log.js';
import { answerHttpError } from './error-answers.js';

/** Answers what the HTTP routes throw; what resolvers throw goes on to the GraphQL answer. */
@Catch()
export class HttpErrors implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, retryAfterSeconds, body } = answerHttpError(error, request.facts, this.log);
    if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
    // What is left of a body that nobody reads ends with the connection.
    if (!request.raw.complete) reply.header('connection', 'close');
    reply.code(status).send(body);
  }
}
