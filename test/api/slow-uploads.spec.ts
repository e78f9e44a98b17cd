import { fastify, type FastifyInstance } from 'fastify';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { LOCAL } from '../../src/api/access/caller.js';
import { registerModelUploads } from '../../src/api/model-uploads.js';
import { newFacts } from '../../src/api/request-facts.js';
import { keptLog } from '../support/kept-log.js';

const HEAD =
  'POST /models/intent/versions HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const MANIFEST = '--b\r\ncontent-disposition: form-data; name="manifest"\r\n\r\n{"version":"1"}\r\n';
const FILE =
  '--b\r\ncontent-disposition: form-data; name="model"; filename="m"\r\ncontent-type: application/octet-stream\r\n\r\nbytes\r\n--b--\r\n';

describe('uploads that hardly move', () => {
  let instance: FastifyInstance;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    instance = fastify();
    instance.decorateRequest('facts', null as never).decorateRequest('caller', null as never);
    instance.addHook('onRequest', (request, _reply, done) => {
      [request.facts, request.caller] = [newFacts(), LOCAL];
      done();
    });
    const readModelManifest = (name: string, json: unknown) => ({ name, ...(json as object) }) as never;
    const uploadModel = () => Promise.resolve({ name: 'intent', version: '1', sha256: '', status: 'VALIDATING' as const });
    registerModelUploads(instance, {
      app: { readModelManifest, uploadModel },
      log: keptLog(),
      patience: { silenceMs: 400, formMs: 1_500 },
    });
    await instance.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => instance.close());

  /** The status of what is answered to pieces that are sent 100 ms apart. */
  function send(...pieces: string[]): Promise<string> {
    const socket = connect((instance.server.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write(HEAD);
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined || socket.destroyed) clearInterval(timer);
        else socket.write(chunk(piece));
      }, 100);
    });
    sockets.push(socket);
    socket.on('error', () => undefined);
    return new Promise((resolve) =>
      socket.once('data', (data) => resolve(/HTTP\/1\.1 (\d+)[^]*?("message":"[^"]*"|$)/.exec(data.toString())!.slice(1).join(' '))),
    );
  }
  const drops = (of: string): string[] => Array.from({ length: 100 }, () => of);

  it.each<[string, string[]]>([
    ['nothing at all', []],
    ['half a header of a part', ['--b\r\ncontent-dispo']],
    ['half a manifest', [MANIFEST.slice(0, -10)]],
    ['a manifest and no file', [MANIFEST]],
    ['half a file', [MANIFEST, FILE.slice(0, -12)]],
  ])('are refused when after %s nothing comes', async (_what, pieces) => {
    expect(await send(...pieces)).toBe('408 "message":"nothing was received for 0.4 seconds"');
  });

  it.each<[string, string[]]>([
    ['in front of the form', drops(' ')],
    ['in a header of a part', ['--b\r\nx: ', ...drops('y')]],
    ['in the manifest', [MANIFEST.slice(0, -10), ...drops(' ')]],
    ['in the file', [MANIFEST, FILE.slice(0, -12), ...drops('z')]],
  ])('are refused when they come in drops %s', async (_what, pieces) => {
    expect(await send(...pieces)).toBe('408 "message":"the form did not arrive within 1.5 seconds"');
  });

  it('leave no place taken', async () => {
    expect(await Promise.all([send(), send()])).toHaveLength(2);
    expect(await send(MANIFEST + FILE, '')).toMatch(/^201/);
  });
});
