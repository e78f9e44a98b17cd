import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ExecutionResult, type GraphQLSchema } from 'graphql';
import { overloaded } from '../app/admission.js';
import { AppError } from '../core/errors.js';
import { type Log } from '../ports/log.js';
import { type RateLimiter } from '../ports/rate-limiter.js';
import { type Caller, hasScope, LOCAL } from './access/caller.js';
import { type Budget, type OnRefused, withinBudget } from './access/guard.js';
import { INTROSPECTION_SCOPES, operationRefusal } from './access/operation-rules.js';
import { createRunDocument, interpret } from './compiled-documents.js';
import { createDocuments, type DocumentRules, type Operation, refuseCost, refuseUnkeepable } from './documents.js';
import { answerErrors } from './error-answers.js';
import { readJsonBodies } from './json-body.js';
import { documentOf, type PersistedOperations } from './persisted-operations.js';
import { Refusal } from './refusals.js';
import { type EdgeContext } from './request-facts.js';
import { dropUnread } from './unread-bodies.js';
import { type Variables } from './variables.js';

const BODY_DEADLINE_MS = 10_000;
/** Operations that come to one page. */
const PAGES: ReadonlySet<string> = new Set(['feed', 'rank', 'related', 'whyNot']);
/** One for all: to make an error is a good part of what it costs to refuse. */
const OVERLOADED = overloaded();
export interface GraphqlOptions {
  schema: GraphQLSchema;
  rules: DocumentRules;
  /** Whether every page is refused at the moment. */
  isFull: () => boolean;
  /** Budgets of callers; null: none. */
  limits: RateLimiter | null;
  onRefused: OnRefused;
  /** The only operations that are taken; null: any is. */
  persisted: PersistedOperations | null;
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

function readRequest(body: unknown, persisted: PersistedOperations | null): GraphqlRequest {
  if (Array.isArray(body)) return refuse('one operation a request: lists of operations are not taken');
  if (!isObject(body)) return refuse('the body has to be a JSON object with a query');
  const { operationName = null, variables = null } = body;
  const query = documentOf(body, persisted);
  if (operationName !== null && typeof operationName !== 'string') return refuse('operationName has to be text');
  if (variables !== null && !isObject(variables)) return refuse('variables has to be an object');
  return { query, operationName, variables: variables ?? {} };
}

const mayIntrospect = (caller: Caller): boolean => caller !== LOCAL && caller.user === null && hasScope(caller, INTROSPECTION_SCOPES);

/** Refuse an operation of which a caller may not ask for every field. Introspection has rules of its own. @throws AppError FORBIDDEN */
function refuseForeign({ roots }: Operation, variables: Variables, caller: Caller, onRefused: OnRefused): void {
  for (const { field, args } of roots) {
    const refusal = operationRefusal(field, args(variables), caller);
    if (refusal === null) continue;
    onRefused(caller, field, refusal.why);
    throw new AppError('FORBIDDEN', refusal.message);
  }
}

/** The operation that is asked for, within the budget of who asks: one that is refused is paid for, too. */
async function budgeted(find: () => Operation, caller: Caller, limits: RateLimiter): Promise<Operation> {
  let budget: Budget = 'requests';
  let points = 1;
  try {
    const operation = find();
    if (operation.label === 'recordEvents') budget = 'events';
    points = Math.max(1, operation.roots.length); // fifteen feeds in one operation are fifteen
    return operation;
  } finally {
    await withinBudget(limits, budget, caller, points);
  }
}

/** Whether an answer has anything besides its errors. */
const isEmpty = (data: ExecutionResult['data']): boolean => !data || Object.values(data).every((value) => value === null);

/** `POST /graphql`. Everything that can be refused is refused before a resolver runs; what was served beside an error is kept. */
export function registerGraphql(
  instance: FastifyInstance,
  { schema, rules, isFull, limits, onRefused, persisted, page, log }: GraphqlOptions,
): void {
  const run = createRunDocument(schema);
  const operationOf = createDocuments(schema, rules);
  // For those who may have the schema told where it is not open to all.
  const openOperationOf = rules.introspection ? operationOf : createDocuments(schema, { introspection: true, suggestions: false });

  const operationFor = ({ query, operationName }: GraphqlRequest, caller: Caller): Operation =>
    (mayIntrospect(caller) ? openOperationOf : operationOf)(query, operationName);

  /** Not async: every promise on the way is waited for by the next. */
  function answer({ body, facts, caller }: FastifyRequest): Promise<ExecutionResult> | ExecutionResult {
    const asked = readRequest(body, persisted);
    const begin = (operation: Operation): Promise<ExecutionResult> | ExecutionResult => {
      facts.operation = operation.label;
      if (PAGES.has(operation.label) && isFull()) throw OVERLOADED;
      const recipient = caller === LOCAL ? null : caller.subject;
      const context: EdgeContext = { facts, actor: caller.name, recipient, variables: operation.readVariables(asked.variables) };
      refuseCost(operation.cost(context.variables));
      if (caller !== LOCAL) refuseForeign(operation, context.variables, caller, onRefused);
      refuseUnkeepable(operation, context.variables);
      return operation.interpreted ? interpret(schema, operation.interpreted, context) : run(operation.source, context);
    };
    const find = (): Operation => operationFor(asked, caller);
    return limits ? budgeted(find, caller, limits).then(begin) : begin(find());
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
