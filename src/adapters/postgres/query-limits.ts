import { type ClientBase, type Pool } from 'pg';

/** Longer than the server lets a statement take: an answer that has not come by then is not on its way, and its connection is given up. */
const ANSWER_MS = 40_000;
/** For statements that the server lets take as long as they need. */
export const LONG_ANSWER_MS = 6 * 3_600_000;

/** Without it, connections to a server that vanished are waited for until the system gives them up, a quarter of an hour later, and are missing from the pool. */
export function limitAnswers(pool: Pool, answerMs = ANSWER_MS): void {
  pool.on('acquire', (client) => allowAnswers(client, answerMs));
}

/** Wait longer for answers to a client, until it is given back. */
export function allowAnswers(client: ClientBase, answerMs: number): void {
  // What the pool was made with would count for all clients; its own types do not name this.
  (client as unknown as { connectionParameters: { query_timeout: number } }).connectionParameters.query_timeout = answerMs;
}
