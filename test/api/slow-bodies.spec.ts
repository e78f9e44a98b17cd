import { fastify } from 'fastify';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJsonBodies } from '../../src/api/json-body.js';
import { type Edge, exchange, openEdge } from './fixture.js';

describe('a body that is slow to come', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await openEdge();
  });
  afterAll(() => edge.server.close());

  it('is waited for until its deadline and no longer', async () => {
    const impatient = fastify();
    readJsonBodies(impatient, 150);
    impatient.post('/', ({ body }) => Promise.resolve({ body }));
    await impatient.listen({ host: '127.0.0.1', port: 0 });
    const port = (impatient.server.address() as AddressInfo).port;
    const started = performance.now();
    expect(
      await exchange(
        { port },
        'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query"',
      ),
    ).toMatch(/body did not arrive within 0\.15 seconds/);
    expect(performance.now() - started).toBeGreaterThan(140);
    await impatient.close();
  });
  it('may come in pieces', async () => {
    const text = '{"query":"{ __typename }"}';
    const got = await new Promise<string>((resolve) => {
      const socket = connect(edge.port, '127.0.0.1');
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text.slice(0, 5)}`,
      );
      setTimeout(() => socket.write(text.slice(5)), 100);
      let all = '';
      socket.on('data', (data) => void (all += data.toString()));
      socket.on('close', () => resolve(all));
    });
    expect(got).toContain('{"data":{"__typename":"Query"}}');
  });
  it('is refused early when it is too large, though it does not say so', async () => {
    const socket = connect(edge.port, '127.0.0.1');
    let got = '';
    socket.on('data', (data) => void (got += data.toString()));
    socket.on('error', () => undefined);
    socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 20; sent++) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    for (let tries = 0; tries < 100 && got === ''; tries++) await sleep(20);
    expect(got).toMatch(/^HTTP\/1\.1 413 /);
    // What goes on for ever is cut off.
    await new Promise((resolve) => socket.once('close', resolve));
  });
  it('is read to its end when it is refused, so that the answer arrives', async () => {
    const large = JSON.stringify({ query: '{ __typename }', pad: 'x'.repeat(5_000_000) });
    for (let run = 0; run < 20; run++) {
      const graphql = await fetch(`${edge.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: large });
      const imports = await fetch(`${edge.url}/imports/nothing`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: large,
      });
      expect([graphql.status, imports.status]).toEqual([413, 404]);
    }
  });
});
