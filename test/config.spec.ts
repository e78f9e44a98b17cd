import { readConfig } from '../src/config.js';

describe('configuration', () => {
  it('works with nothing set', () => {
    const config = readConfig({});
    expect([config.host, config.port, config.databaseUrl, config.sample, config.timeZone]).toEqual([
      '127.0.0.1',
      3000,
      null,
      'shop',
      'UTC',
    ]);
    expect(config.defaultConsent.has('PERSONALISATION')).toBe(true);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every fault in one message', () => {
    const wrong = {
      PORT: '70000',
      SAMPLE: 'big',
      TIME_ZONE: 'Mars/Base',
      DEFAULT_CONSENT: 'ESSENTIAL,TRACKING',
      RETENTION_DAYS: '1e3',
      LOG_LEVEL: 'loud',
      POOL_SAMPLE: '1.5',
    };
    const read = () => readConfig(wrong);
    for (const name of ['PORT', 'SAMPLE', 'TIME_ZONE', 'DEFAULT_CONSENT', 'RETENTION_DAYS', 'LOG_LEVEL', 'POOL_SAMPLE'])
      expect(read).toThrow(new RegExp(`${name}=`));
    expect(read).toThrow('PORT=70000 is not a whole number from 0 to 65535');
  });

  it('takes a share from 0 to 1, and one in a hundred when nothing is said', () => {
    const share = (text?: string) => readConfig({ POOL_SAMPLE: text }).poolSample;
    expect([share(), share('0'), share('1'), share('.25')]).toEqual([0.01, 0, 1, 0.25]);
    for (const wrong of ['-0.1', '1.01', '1e-3', 'all', 'NaN'])
      expect(() => share(wrong)).toThrow(`POOL_SAMPLE=${wrong} is not a number from 0 to 1`);
  });

  it('refuses a host that others can reach', () => {
    expect(() => readConfig({ HOST: '0.0.0.0' })).toThrow('HOST=0.0.0.0 is not a loopback address');
  });

  it('takes the address and the secret of a webhook together, over https or on this machine', () => {
    const secret = 'x'.repeat(24);
    const read = (url?: string, given: string | undefined = secret) =>
      readConfig({ WEBHOOK_URL: url, WEBHOOK_SECRET: given }).webhookTarget;
    expect(readConfig({}).webhookTarget).toBeNull();
    for (const url of ['https://shop.example/hook?t=1', 'http://127.0.0.1:9/', 'http://localhost/', 'http://[::1]/']) expect(read(url)).toEqual({ url, secret }); // prettier-ignore
    for (const url of ['http://shop.example/', 'ftp://localhost/', 'https://u:p@shop.example/', 'shop'])
      expect(() => read(url)).toThrow('WEBHOOK_URL is not an https:// address');
    expect(() => readConfig({ WEBHOOK_URL: 'https://shop.example' })).toThrow('WEBHOOK_URL is set without WEBHOOK_SECRET');
    expect(() => read()).toThrow('WEBHOOK_SECRET is set without WEBHOOK_URL');
    expect(() => read('https://shop.example', 'hunter2')).toThrow(/^((?!hunter2).)*has 7 characters((?!hunter2).)*$/);
  });

  it('tells a collector of a share of the requests, with headers as OpenTelemetry writes them', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
    expect(readConfig({}).traces).toBeNull();
    expect(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc,x-team=shop' }).traces).toEqual(
      {
        endpoint: OTEL_EXPORTER_OTLP_ENDPOINT,
        share: 0.01,
        headers: { authorization: 'Basic abc', 'x-team': 'shop' },
      },
    );
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow('OTEL_EXPORTER_OTLP_ENDPOINT is not an http://');
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: '2' })).toThrow('OTEL_TRACES_SAMPLER_ARG=2');
    expect(() => readConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' })).toThrow(/^((?!hunter2).)*not a list of name=value((?!hunter2).)*$/);
  });

  it('verifies tokens by a secret or by keys at an address, and then serves other machines, in production', () => {
    const AUTH_JWT_SECRET = 's'.repeat(32);
    expect(readConfig({}).auth).toBeNull();
    const read = readConfig({ AUTH_JWT_SECRET, AUTH_ISSUER: 'shop', HOST: '0.0.0.0' });
    expect(read).toMatchObject({
      auth: { secret: AUTH_JWT_SECRET, issuer: 'shop', audience: null },
      mode: 'production',
      rateLimitPerSecond: 200,
    });
    expect(readConfig({ AUTH_JWKS_URL: 'https://id.example/keys' }).auth).toMatchObject({ jwksUrl: 'https://id.example/keys' });
    expect(() => readConfig({ AUTH_JWT_SECRET: 'hunter2' })).toThrow(/^((?!hunter2).)*has 7 characters((?!hunter2).)*$/);
    expect(() => readConfig({ AUTH_JWKS_URL: 'http://id.example/keys' })).toThrow('AUTH_JWKS_URL is not an https:// address');
    expect(() => readConfig({ AUTH_JWT_SECRET, AUTH_JWKS_URL: 'https://id.example/' })).toThrow('are both set');
    expect(() => readConfig({ AUTH_ISSUER: 'shop' })).toThrow('go with AUTH_JWT_SECRET or AUTH_JWKS_URL');
  });

  it('splits into roles over a Redis and a database of all', () => {
    const DATABASE_URL = 'postgres://localhost/shop';
    expect(readConfig({})).toMatchObject({ redisUrl: null, role: 'all' });
    for (const REDIS_URL of ['redis://localhost', 'rediss://h', 'redis+sentinel://a,b/main', 'redis+cluster://a,b'])
      expect(readConfig({ DATABASE_URL, REDIS_URL, ROLE: 'api' })).toMatchObject({ redisUrl: REDIS_URL, role: 'api' });
    expect(() => readConfig({ REDIS_URL: 'redis://localhost' })).toThrow('REDIS_URL is set without DATABASE_URL');
    expect(() => readConfig({ DATABASE_URL, REDIS_URL: 'http://:hunter2@h' })).toThrow(/^((?!hunter2).)*REDIS_URL is not((?!hunter2).)*$/);
    expect(() => readConfig({ ROLE: 'worker' })).toThrow('ROLE=worker needs REDIS_URL');
  });

  it('takes any operation unless a file of the only ones is named', () => {
    expect(readConfig({}).persistedOperations).toBeNull();
    expect(readConfig({ PERSISTED_OPERATIONS: '/etc/imago/operations.json' }).persistedOperations).toBe('/etc/imago/operations.json');
  });
  it('never shows a secret', () => {
    expect(() => readConfig({ AUTH_JWT_SECRET: 'hunter2', DATABASE_URL: 'mysql://u:hunter2@h/d' })).toThrow(/^((?!hunter2).)*$/s);
  });
});
