import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { execute, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { type Log } from '../ports/log.js';
import { createDocuments, type DocumentRules, refuseCost } from './documents.js';
import { answerErrors } from './error-answers.js';
import { readJsonBodies } from './json-body.js';
import { Refusal } from './refusals.js';
import { type EdgeContext } from './request-facts.js';
import { dropUnread } from './unread-bodies.js';
import { type Variables } from './variables.js';

const BODY_DEADLINE_MS = 10_000;
/** The author of changes in protected mode, where nobody says who he is. */
export const ACTOR = 'local';

export interface GraphqlOptions {
  schema: GraphQLSchema;
  rules: DocumentRules;
  /** Compiles and runs a checked document. */
  run: (source: string, context: EdgeContext) => Promise<ExecutionResult>;
  /** The page for a browser at the same address; null: none. */
  page: { html: string; policy: string } | null;
  log: Log;
}

interface GraphqlRequest {
  query: string;
  operationName: string | null;
  variables: Variables;
}

const refuse = (message: string): never => {
  throw new Refusal(400, 'BAD_QUERY', message);
};
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function readRequest(body: unknown): GraphqlRequest {
  if (Array.isArray(body)) return refuse('one operation a request: lists of operations are not taken');
  if (!isObject(body)) return refuse('the body has to be a JSON object with a query');
  const { query, operationName = null, variables = null } = body;
  if (typeof query !== 'string' || query === '') return refuse('query has to be text with a GraphQL document');
  if (operationName !== null && typeof operationName !== 'string') return refuse('operationName has to be text');
  if (variables !== null && !isObject(variables)) return refuse('variables has to be an object');
  return { query, operationName, variables: variables ?? {} };
}

/** Whether an answer has anything besides its errors. */
const isEmpty = (data: ExecutionResult['data']): boolean => !data || Object.values(data).every((value) => value === null);

/** `POST /graphql`. Everything that can be refused is refused before a resolver runs; what was served beside an error is kept. */
export function registerGraphql(instance: FastifyInstance, { schema, rules, run, page, log }: GraphqlOptions): void {
  const operationOf = createDocuments(schema, rules);

  async function answer({ body, facts }: FastifyRequest): Promise<ExecutionResult> {
    const { query, operationName, variables } = readRequest(body);
    const operation = operationOf(query, operationName);
    facts.operation = operation.label;
    const context: EdgeContext = { facts, actor: ACTOR, variables: operation.readVariables(variables) };
    refuseCost(operation.cost(context.variables));
    if (operation.interpreted)
      return execute({ schema, document: operation.interpreted, contextValue: context, variableValues: context.variables });
    return run(operation.source, context);
  }

  function withErrors(reply: FastifyReply, data: ExecutionResult['data'], thrown: readonly unknown[]): object {
    const { status, retryAfterSeconds, errors } = answerErrors(thrown, reply.request.facts, log);
    if (isEmpty(data)) {
      reply.code(status);
      if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
    }
    return { data: data ?? null, errors };
  }

  instance.register((scope, _options, done) => {
    readJsonBodies(scope, BODY_DEADLINE_MS);
    scope.setErrorHandler((error, request, reply) => {
      const body = withErrors(reply, null, [error]);
      dropUnread(request, reply);
      reply.send(body);
    });
    scope.post('/graphql', async (request, reply) => {
      const { data, errors } = await answer(request);
      return errors ? withErrors(reply, data, errors) : { data };
    });
    scope.get('/graphql', async (request, reply) => {
      const asksForPage = page && Object.keys(request.query as object).length === 0;
      if (!asksForPage) throw new Refusal(405, 'INVALID_INPUT', 'send operations with POST');
      request.facts.operation = 'page';
      reply.type('text/html; charset=utf-8').header('content-security-policy', page.policy);
      return page.html;
    });
    done();
  });
}
