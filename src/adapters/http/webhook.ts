import { createHmac } from 'node:crypto';
import { type Webhook, type WebhookOutcome } from '../../ports/webhook.js';

const TIMEOUT_MS = 10_000;
/** How a secret is marked that is given in base64. */
const BASE64_MARK = 'whsec_';
const GONE = 410;

/** The bytes behind a secret as people write it. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith(BASE64_MARK) ? Buffer.from(secret.slice(BASE64_MARK.length), 'base64') : Buffer.from(secret);

/**
 * The signature of a call as Standard Webhooks has it: HMAC-SHA256 over id, seconds and body with dots between them, in base64 behind its version.
 *
 * @param seconds since 1970, as the header says it
 */
export function signature(secret: string, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** Calls over HTTP. A redirect is a failure: what is signed for one address is of no concern to another. */
export function createWebhook({ url, secret, timeoutMs = TIMEOUT_MS }: { url: string; secret: string; timeoutMs?: number }): Webhook {
  return {
    async send({ id, body }, at) {
      const text = JSON.stringify(body);
      const seconds = Math.floor(at / 1000);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'imago',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signature(secret, id, seconds, text),
      };
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await fetch(url, { method: 'POST', headers, body: text, redirect: 'manual', signal });
        await answer.body?.cancel();
        return outcomeOf(answer.status);
      } catch (error) {
        return { status: 'failed', reason: reasonOf(error, timeoutMs) };
      }
    },
  };
}

function outcomeOf(status: number): WebhookOutcome {
  if (status >= 200 && status < 300) return { status: 'delivered' };
  const reason = `the receiver answered ${status}`;
  return { status: status === GONE ? 'unwanted' : 'failed', reason };
}

/** What an error of a call says without its message, which may hold the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return `the receiver did not answer within ${timeoutMs} ms`;
  return `the receiver could not be reached${cause?.code ? ` (${cause.code})` : ''}`;
}
