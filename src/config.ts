import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { PURPOSES, type Purpose } from './core/privacy/purposes.js';

export type Mode = 'development' | 'production';
const ROLES = ['api', 'worker', 'all'] as const;
export type Role = (typeof ROLES)[number];

/** Every setting of the service, from the environment, checked once and frozen. See README for what each means. */
export interface Config {
  mode: Mode;
  host: string;
  port: number;
  /** Null: the embedded server under `dataDir`. */
  databaseUrl: string | null;
  /** Null: one process, with live states in its memory. */
  redisUrl: string | null;
  /** What this process does; without Redis it does all. */
  role: Role;
  dataDir: string;
  sample: 'shop' | 'none';
  defaultConsent: ReadonlySet<Purpose>;
  timeZone: string;
  /** First is the default. */
  locales: string[];
  currency: string;
  retentionDays: number;
  corsOrigins: string[];
  trustProxy: boolean;
  logLevel: string;
  /** Share of requests whose whole candidate pool is kept, 0..1. */
  poolSample: number;
  /** Upper bound of live user states in process memory. */
  userStateMaxBytes: number;
  /** Upper bound of what waits on disk while the database is away. */
  spoolMaxBytes: number;
  /** Whom triggers call, and what signs the calls; null: nobody. */
  webhookTarget: { url: string; secret: string } | null;
  /** Which collector of OpenTelemetry is told how requests went, and of what share of them; null: none. */
  traces: { endpoint: string; headers: Record<string, string>; share: number } | null;
  /** How tokens are verified; null: protected mode, this machine only. */
  auth: (({ secret: string } | { jwksUrl: string }) & { issuer: string | null; audience: string | null }) | null;
  /** Budget of a caller, where there is authentication. */
  rateLimitPerSecond: number;
  /** File of the only operations that are taken, by their hash; null: any operation is. */
  persistedOperations: string | null;
}

type Environment = Record<string, string | undefined>;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const LOCALES = ['en', 'zh'];
const MIN_SECRET = 24;
/** As long as the hash that signs: RFC 7518, 3.2. */
const MIN_TOKEN_SECRET = 32;

/** Whether a host name or address is this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Reads values one by one and keeps every fault, so that one line can name them all. */
class Reader {
  readonly faults: string[] = [];
  constructor(private readonly env: Environment) {}

  text(name: string, otherwise: string): string {
    const value = this.env[name];
    return value === undefined || value === '' ? otherwise : value;
  }
  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = this.text(name, otherwise);
    if (allowed.includes(value as T)) return value as T;
    return this.fault(name, value, `one of ${allowed.join(', ')}`, otherwise);
  }
  integer(name: string, low: number, high: number, otherwise: number): number {
    const value = this.text(name, String(otherwise));
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= low && number <= high) return number;
    return this.fault(name, value, `a whole number from ${low} to ${high}`, otherwise);
  }
  share(name: string, otherwise: number): number {
    const value = this.text(name, String(otherwise));
    const number = Number(value);
    if (/^(\d+\.?\d*|\.\d+)$/.test(value) && number <= 1) return number;
    return this.fault(name, value, 'a number from 0 to 1', otherwise);
  }
  list<T extends string>(name: string, allowed: readonly T[], otherwise: readonly T[]): T[] {
    const values = this.words(name, otherwise);
    const wrong = values.filter((value) => !allowed.includes(value as T));
    if (wrong.length === 0) return values as T[];
    return this.fault(name, wrong.join(','), `a list of ${allowed.join(', ')}`, [...otherwise]);
  }
  words(name: string, otherwise: readonly string[]): string[] {
    const value = this.env[name];
    if (value === undefined) return [...otherwise];
    return value.split(',').map((word) => word.trim()).filter((word) => word !== ''); // prettier-ignore
  }
  check(name: string, value: string, good: boolean, wanted: string): string {
    return good ? value : this.fault(name, value, wanted, value);
  }
  private fault<T>(name: string, value: string, wanted: string, otherwise: T): T {
    this.faults.push(`${name}=${value.slice(0, 60)} is not ${wanted}`);
    return otherwise;
  }
}

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Neither value is shown when it is wrong: an address too may hold a password. */
function readWebhook(read: Reader): Config['webhookTarget'] {
  const [url, secret] = [read.text('WEBHOOK_URL', ''), read.text('WEBHOOK_SECRET', '')];
  if (url === '' && secret === '') return null;
  if (secret === '') read.faults.push('WEBHOOK_URL is set without WEBHOOK_SECRET, which signs the calls');
  else if (secret.length < MIN_SECRET) read.faults.push(`WEBHOOK_SECRET has ${secret.length} characters; it needs ${MIN_SECRET} or more`);
  if (url === '') read.faults.push('WEBHOOK_SECRET is set without WEBHOOK_URL');
  else if (!isSafeUrl(url)) read.faults.push('WEBHOOK_URL is not an https:// address without a user, or on this machine an http:// one');
  return { url, secret };
}

/** What other programs write as `%20` and the like. */
const unescaped = (text: string): string => text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** Headers are not shown, since they hold tokens, nor the address, which may. The names are those that OpenTelemetry gave them. */
function readTraces(read: Reader): Config['traces'] {
  const endpoint = read.text('OTEL_EXPORTER_OTLP_ENDPOINT', '');
  const share = read.share('OTEL_TRACES_SAMPLER_ARG', 0.01);
  const words = read.words('OTEL_EXPORTER_OTLP_HEADERS', []).map(unescaped);
  const pairs = words.map((word) => /^([\w-]+)=([\x20-\x7e]+)$/.exec(word) ?? []);
  if (pairs.some(({ length }) => length === 0)) read.faults.push('OTEL_EXPORTER_OTLP_HEADERS is not a list of name=value');
  if (endpoint === '') return null;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    read.faults.push('OTEL_EXPORTER_OTLP_ENDPOINT is not an http:// or https:// address');
  return { endpoint, share, headers: Object.fromEntries(pairs.map(([, name, value]) => [name, value])) };
}

/** The address is not shown, since it may hold a password. */
function readRedis(read: Reader, databaseUrl: string): string | null {
  const url = read.text('REDIS_URL', '');
  if (url === '') return null;
  if (!/^rediss?(\+(sentinel|cluster))?:\/\/./.test(url))
    read.faults.push('REDIS_URL is not a redis://, redis+sentinel://host,host/name or redis+cluster://host,host address');
  if (databaseUrl === '') read.faults.push('REDIS_URL is set without DATABASE_URL: several processes need one database');
  return url;
}

/** A secret is never shown, nor an address, which may hold one. */
function readAuth(read: Reader): Config['auth'] {
  const [secret, jwksUrl] = [read.text('AUTH_JWT_SECRET', ''), read.text('AUTH_JWKS_URL', '')];
  const [issuer, audience] = [read.text('AUTH_ISSUER', ''), read.text('AUTH_AUDIENCE', '')];
  const claims = { issuer: issuer || null, audience: audience || null };
  if (secret !== '' && jwksUrl !== '')
    read.faults.push('AUTH_JWT_SECRET and AUTH_JWKS_URL are both set; tokens are verified by one of them');
  if (secret === '' && jwksUrl === '') {
    if (issuer !== '' || audience !== '') read.faults.push('AUTH_ISSUER and AUTH_AUDIENCE go with AUTH_JWT_SECRET or AUTH_JWKS_URL');
    return null;
  }
  if (secret !== '' && secret.length < MIN_TOKEN_SECRET)
    read.faults.push(`AUTH_JWT_SECRET has ${secret.length} characters; it needs ${MIN_TOKEN_SECRET} or more`);
  if (jwksUrl !== '' && !isSafeUrl(jwksUrl))
    read.faults.push('AUTH_JWKS_URL is not an https:// address without a user, or on this machine an http:// one');
  return secret !== '' ? { secret, ...claims } : { jwksUrl, ...claims };
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false; // fetch takes none
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
}

/** The only reader of the environment. Throws one error that names every fault; a secret's value is never among what it shows. */
export function readConfig(env: Environment): Config {
  const read = new Reader(env);
  const host = read.text('HOST', '127.0.0.1');
  const auth = readAuth(read);
  if (!isLoopback(host) && !auth)
    read.faults.push(`HOST=${host} is not a loopback address; without AUTH_JWT_SECRET or AUTH_JWKS_URL this machine alone is served`);
  const databaseUrl = read.text('DATABASE_URL', '');
  if (databaseUrl !== '' && !/^postgres(ql)?:\/\//.test(databaseUrl)) read.faults.push('DATABASE_URL is not a postgres:// address');
  const currency = read.text('CURRENCY', 'CNY');
  const timeZone = read.text('TIME_ZONE', 'UTC');
  const config: Config = {
    mode: read.oneOf('MODE', ['development', 'production'], auth ? 'production' : 'development'),
    host,
    port: read.integer('PORT', 0, 65_535, 3000),
    databaseUrl: databaseUrl === '' ? null : databaseUrl,
    redisUrl: readRedis(read, databaseUrl),
    role: read.oneOf('ROLE', ROLES, 'all'),
    dataDir: resolve(read.text('DATA_DIR', './.data')),
    sample: read.oneOf('SAMPLE', ['shop', 'none'], 'shop'),
    defaultConsent: new Set(read.list('DEFAULT_CONSENT', PURPOSES, PURPOSES)),
    timeZone: read.check('TIME_ZONE', timeZone, isTimeZone(timeZone), 'a time zone such as Europe/Paris'),
    locales: read.list('LOCALES', LOCALES, LOCALES),
    currency: read.check('CURRENCY', currency, /^[A-Z]{3}$/.test(currency), 'a currency code such as CNY'),
    retentionDays: read.integer('RETENTION_DAYS', 8, 36_500, 400),
    poolSample: read.share('POOL_SAMPLE', 0.01),
    corsOrigins: read.words('CORS_ORIGINS', []),
    trustProxy: read.oneOf('TRUST_PROXY', ['true', 'false'], 'false') === 'true',
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    userStateMaxBytes: read.integer('USER_STATE_MAX_MB', 16, 65_536, 512) * 1024 * 1024,
    spoolMaxBytes: read.integer('SPOOL_MAX_MB', 1, 65_536, 256) * 1024 * 1024,
    webhookTarget: readWebhook(read),
    traces: readTraces(read),
    auth,
    persistedOperations: read.text('PERSISTED_OPERATIONS', '') || null,
    rateLimitPerSecond: read.integer('RATE_LIMIT_PER_SECOND', 1, 1_000_000, 200),
  };
  if (config.redisUrl === null && config.role !== 'all')
    read.faults.push(`ROLE=${config.role} needs REDIS_URL: without it one process does all`);
  if (config.locales.length === 0) read.faults.push('LOCALES is empty');
  if (read.faults.length > 0) throw new Error(`Configuration: ${read.faults.join('; ')}`);
  return Object.freeze(config);
}
