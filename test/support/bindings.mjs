/**
 * End-to-end specs that do not run on both bindings, and why. All others start a service by `startTestService`, and do so twice: as one process without
 * Redis, and with Redis as one process that answers and one that works.
 */
export const ON_ONE_BINDING = {
  'bad-inputs.spec.ts': 'what is refused is refused before any store is asked',
  'chaos.spec.ts': 'a deployment of its own: two processes that answer and one that works, with Redis, behind proxies',
  'fuzz.spec.ts': 'a process of its own, whose heap is watched; nearly all that it is sent is refused before any store is asked',
  'http-fuzz.spec.ts': 'a process of its own, whose heap is watched; nearly all that it is sent is refused before any store is asked',
  'kill.spec.ts': 'a process of its own without Redis, which is killed; chaos.spec.ts kills those with Redis',
  'logs.spec.ts': 'a process of its own whose log is read; the lines of the adapters of Redis name nodes and nobody',
  'processes.spec.ts': 'deployments of its own: two processes that answer and one that works, with one Redis and with a cluster',
  'rolling.spec.ts': 'a deployment of its own: two processes behind a balancer and one that works, with Redis',
  'secrets.spec.ts': 'a process of its own with secrets in every address, whose log is read',
  'soak.spec.ts': 'a process of its own that is loaded for a while',
  'takedown-load.spec.ts':
    'a deployment of its own: two processes that answer and one that works, with Redis; takedown.spec.ts runs on both',
};

/** Which specs run on which binding. */
export const SPECS = {
  embedded: { testRegex: '\\.spec\\.ts$', testPathIgnorePatterns: ['/node_modules/'] },
  distributed: {
    testRegex: '/test/e2e/[^/]+\\.spec\\.ts$',
    testPathIgnorePatterns: ['/node_modules/', ...Object.keys(ON_ONE_BINDING).map((name) => `/test/e2e/${name.replaceAll('.', '\\.')}$`)],
  },
};
