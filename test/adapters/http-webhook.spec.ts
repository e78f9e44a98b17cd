import { createWebhook, signature } from '../../src/adapters/http/webhook.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

describe('webhook over HTTP', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());
  const secret = 'twenty-four bytes or more';
  const AT = 1_614_265_330_999;
  const send = (timeoutMs?: number, url = receiver.url) =>
    createWebhook({ url, secret, timeoutMs }).send({ id: 'msg_1', body: { a: 'ü' } }, AT);

  it('signs as the published example of Standard Webhooks does', () => {
    const published = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(signature(published, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('sends JSON with id, time and a signature over the bytes sent', async () => {
    receiver.answer = () => 202;
    expect(await send()).toEqual({ status: 'delivered' });
    const { headers, text } = receiver.calls.at(-1)!;
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'msg_1', 'webhook-timestamp': '1614265330' });
    expect(headers['webhook-signature']).toBe(signature(secret, 'msg_1', 1_614_265_330, text));
    expect(text).toBe('{"a":"ü"}');
  });

  it('takes 2xx for done, 410 for unwanted, and all else for a failure, redirects too', async () => {
    for (const [status, outcome] of [[200, 'delivered'], [299, 'delivered'], [301, 'failed'], [308, 'failed'], [404, 'failed'], [410, 'unwanted'], [500, 'failed']] as const) {
      receiver.answer = () => status;
      expect([status, (await send()).status]).toEqual([status, outcome]);
    } // prettier-ignore
    expect(receiver.calls.every(({ path }) => path === '/hook')).toBe(true);
  });

  it('says what failed without naming the address', async () => {
    const nobody = new URL(receiver.url);
    nobody.port = '1';
    nobody.search = '?token=hidden';
    expect(JSON.stringify(await send(undefined, nobody.href))).not.toMatch(/hidden|127\.0/);
    receiver.answer = () => 200;
    receiver.delayMs = 500;
    expect(await send(100)).toEqual({ status: 'failed', reason: 'the receiver did not answer within 100 ms' });
    receiver.delayMs = 0;
  });
});
