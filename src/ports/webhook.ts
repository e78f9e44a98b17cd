/** One thing that the storefront is told. */
export interface WebhookMessage {
  /** The same at every try, so that the receiver can tell one that he knows. */
  id: string;
  body: object;
}

/** What became of a try. */
export type WebhookOutcome = { status: 'delivered' } | { status: 'failed'; reason: string } | { status: 'unwanted'; reason: string };

/** Somebody outside who is told of things, by signed calls. */
export interface Webhook {
  /**
   * Call once. Delivered is what was answered with 2xx; unwanted what must not be sent again. Reasons name neither secret nor message. Never rejects.
   *
   * @param at epoch ms, part of what is signed, so that a receiver can refuse old calls
   */
  send(message: WebhookMessage, at: number): Promise<WebhookOutcome>;
}
