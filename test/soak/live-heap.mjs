// Loaded into the service under watch: whoever connects to the socket is told what its heap holds once all garbage is collected.
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { SOAK_HEAP_SOCKET: path } = process.env;
if (path !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const server = createServer((socket) => {
    collect();
    socket.end(String(process.memoryUsage().heapUsed));
  });
  server.listen(path).unref();
}
