// Loaded into the service under watch: whoever connects to the socket is told the bytes of its heap, and of typed arrays
// beside it, once all garbage is collected, and how many of them are compiled code.
import { createServer } from 'node:net';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { SOAK_MEMORY_SOCKET: path } = process.env;
if (path !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const server = createServer((socket) => {
    collect();
    collect({ type: 'minor' }); // waits until the typed arrays that the first one found are freed
    const { heapUsed, external } = process.memoryUsage();
    socket.end(JSON.stringify({ live: heapUsed + external, code: getHeapCodeStatistics().code_and_metadata_size }));
  });
  server.listen(path).unref();
}
