const TIMEOUT_MS = 15_000;

/** The data of an operation. @throws Error when there is none */
export async function post<T>(url: string, query: string, variables: object = {}, timeoutMs = TIMEOUT_MS): Promise<T> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { data, errors } = (await answer.json()) as { data?: T | null; errors?: unknown };
  if (!data || errors) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(errors ?? null)}`);
  return data;
}
