import { connect } from 'node:net';
import { once } from 'node:events';
import { AppError } from '../../src/core/errors.js';
import { ManifestFaults } from '../../src/app/models/upload-model.js';
import { eventually } from '../support/eventually.js';
import { type Edge, openEdge } from './fixture.js';

const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);

describe('POST /models/{name}/versions', () => {
  let edge: Edge;
  const uploads: { version: string; length: number; sha256: string; actor: string }[] = [];
  beforeAll(async () => {
    edge = await openEdge({
      readModelManifest(name, json) {
        const manifest = json as { version?: string };
        if (manifest.version === undefined)
          throw new ManifestFaults([{ path: 'version', code: 'INVALID_INPUT', message: 'version is null; say one' }]);
        return { name, version: manifest.version } as never;
      },
      uploadModel({ name, version }, { bytes, sha256 }, actor) {
        if (version === 'taken') return Promise.reject(new AppError('CONFLICT', 'version "taken" is there'));
        uploads.push({ version, length: bytes.length, sha256, actor });
        return Promise.resolve({ name, version, sha256, status: 'VALIDATING' });
      },
    });
  });
  afterAll(() => edge.server.close());
  beforeEach(() => void (uploads.length = 0));

  type Part = [name: string, value: string | Uint8Array, fileName?: string, type?: string];
  const manifest = (version: string): Part => ['manifest', JSON.stringify({ version }), 'manifest.json', 'application/json'];
  const model: Part = ['model', FILE, 'model.onnx', 'application/octet-stream'];
  async function send(parts: Part[], path = '/models/intent/versions') {
    const form = new FormData();
    for (const [name, value, fileName, type] of parts) {
      if (fileName === undefined && typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([typeof value === 'string' ? value : new Uint8Array(value)], { type }), fileName);
    }
    const answer = await fetch(edge.url + path, { method: 'POST', body: form });
    return {
      status: answer.status,
      body: (await answer.json()) as { error?: { code: string; message: string; faults: { path: string }[] }; sha256?: string },
    };
  }

  it('takes a manifest with a file name, and the file behind it', async () => {
    const { status, body } = await send([manifest('1'), model]);
    expect(status).toBe(201);
    expect(body).toEqual({ name: 'intent', version: '1', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, status: 'VALIDATING' });
    expect(uploads).toEqual([{ version: '1', length: FILE.length, sha256: body.sha256, actor: 'local' }]);
  });

  it('takes a manifest without a file name', async () => {
    expect((await send([['manifest', JSON.stringify({ version: '2' })], model])).status).toBe(201);
    expect(uploads).toHaveLength(1);
  });

  it('takes an empty file, which the gate refuses', async () => {
    expect((await send([manifest('3'), ['model', new Uint8Array(0), 'model.onnx', 'application/octet-stream']])).status).toBe(201);
    expect(uploads).toMatchObject([{ length: 0 }]);
  });

  it.each<[number, string, Part[], RegExp]>([
    [400, 'a file before its manifest', [model, manifest('1')], /first manifest, then model/],
    [400, 'no file', [manifest('1')], /model is missing/],
    [400, 'nothing', [], /missing|read/],
    [400, 'a part more', [manifest('1'), model, ['extra', 'x']], /extra/],
    [400, 'a file that is no file', [manifest('1'), ['model', 'text']], /model/],
    [400, 'a manifest that is no JSON', [['manifest', '{', 'manifest.json', 'application/json'], model], /not valid JSON/],
    [413, 'a manifest of five megabytes', [['manifest', ' '.repeat(5_000_000), 'manifest.json', 'application/json'], model], /4 MiB/],
    [422, 'a manifest with faults', [['manifest', '{}', 'manifest.json', 'application/json'], model], /version/],
    [409, 'a version that is there with other bytes', [manifest('taken'), model], /taken/],
  ])('answers %d to %s', async (status, _, parts, message) => {
    const answer = await send(parts);
    expect([answer.status, answer.body.error?.message]).toEqual([status, expect.stringMatching(message)]);
    expect(uploads).toEqual([]);
    if (status === 422) expect(answer.body.error?.faults).toMatchObject([{ path: 'version' }]);
  });

  it.each([
    ['application/json', '{}'],
    ['text/plain', 'x'],
    ['multipart/form-data', 'no boundary'],
  ])('answers 400 to a body of type %s', async (type, body) => {
    const answer = await fetch(`${edge.url}/models/intent/versions`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  });

  it('refuses a file beyond 64 MiB, by what is announced and by what comes', async () => {
    expect((await send([manifest('1'), ['model', new Uint8Array(72_000_000), 'model.onnx', 'application/octet-stream']])).status).toBe(413);
    const chunk = new Uint8Array(1_048_576);
    const head =
      '--b\r\ncontent-disposition: form-data; name="manifest"\r\n\r\n{"version":"1"}\r\n--b\r\ncontent-disposition: form-data; name="model"; filename="m"\r\ncontent-type: application/octet-stream\r\n\r\n';
    async function* body() {
      yield new TextEncoder().encode(head);
      for (let i = 0; i < 65; i++) yield await Promise.resolve(chunk);
      yield new TextEncoder().encode('\r\n--b--\r\n');
    }
    const request = {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: ReadableStream.from(body()),
      duplex: 'half',
    };
    const answer = await fetch(`${edge.url}/models/intent/versions`, request as RequestInit);
    expect([answer.status, uploads.length]).toEqual([413, 0]);
  });

  it('keeps nothing of uploads that are cut off, and has room for others afterwards', async () => {
    for (let i = 0; i < 4; i++) {
      const socket = connect(edge.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        'POST /models/intent/versions HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n',
      );
      socket.write(
        '--b\r\ncontent-disposition: form-data; name="manifest"\r\n\r\n{"version":"cut"}\r\n--b\r\ncontent-disposition: form-data; name="model"; filename="m"\r\n\r\nabc',
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
      socket.destroy();
    }
    await eventually(async () => expect((await send([manifest('after'), model])).status).toBe(201));
    expect(uploads.map(({ version }) => version)).toEqual(['after']);
  });
});
