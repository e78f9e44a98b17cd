import { readFileSync } from 'node:fs';
import { type Import, type SourceFile, importCircles, parseSource, readSources } from './support/source-files.js';

/** Stages of core in the order of one feed: each sees itself and those before it. */
const STAGES = ['requests', 'privacy', 'events', 'tags', 'candidates', 'features', 'scoring', 'diversification', 'exposures', 'evaluation'];
/** Files at the top of core that put the stages together: they see every stage, and no stage sees them. */
const ABOVE_STAGES = new Set(['feed', 'pipeline-stages', 'settings-check', 'why-not'].map((name) => `src/core/${name}.ts`));
/** Packages that core may use: pure, without dependencies. */
const PURE_PACKAGES = new Set(['node:crypto']);
/** Who may know a vendor: its own adapter alone, and that of the queue, which keeps its jobs in either store. */
const VENDORS: Record<string, string[]> = {
  pg: ['postgres', 'bullmq'],
  'pg-copy-streams': ['postgres'],
  typeorm: ['postgres'],
  bullmq: ['bullmq'],
  ioredis: ['redis', 'bullmq'],
  'onnxruntime-node': ['onnx'],
  'rate-limiter-flexible': ['flexible'],
};
const MIGRATIONS = 'migrations/';
const MAX_LINES = 300;

/** The folder below src, or the file itself at its top: core, ports, app, adapters, bindings, api, worker, cli, config.ts, service.ts, main.ts. */
const layerOf = (path: string): string => path.split('/')[1];
const adapterOf = (path: string): string => path.split('/')[2];
/** The stage of a file of core; undefined for the files at its top. */
const stageOf = (path: string): string | undefined => (path.split('/').length > 3 ? path.split('/')[2] : undefined);
/** Bench and evaluate measure adapters and the edge, so they alone of the command line may reach for them. */
const isBench = (path: string): boolean => path.startsWith('src/cli/bench/') || path.startsWith('src/cli/evaluate/');
const isTest = (path: string): boolean => path.startsWith('test/');

type Rule = (from: string, to: Import) => boolean;

const seesStage: Rule = (from, { target, isTypeOnly }) => {
  const [mine, theirs] = [stageOf(from), stageOf(target)];
  if (theirs === undefined) return ABOVE_STAGES.has(from) || !ABOVE_STAGES.has(target);
  if (ABOVE_STAGES.has(from)) return true;
  // Other files at the top describe what travels between stages, hence types and nothing that runs.
  if (mine === undefined) return isTypeOnly;
  return STAGES.includes(theirs) && STAGES.indexOf(theirs) <= STAGES.indexOf(mine);
};

const edge: Rule = (_from, { target, isTypeOnly }) => {
  const to = layerOf(target);
  if (to === 'core') return isTypeOnly || stageOf(target) === undefined;
  return to === 'app' || to === 'ports' || to === 'config.ts';
};

/** Which of our files a file of a layer may import, besides those of its own layer. */
const MAY_IMPORT: Record<string, Rule> = {
  core: () => false,
  ports: (_from, { target, isTypeOnly }) => layerOf(target) === 'core' && isTypeOnly,
  app: (_from, { target }) => ['core', 'ports'].includes(layerOf(target)),
  adapters: (from, { target }) =>
    ['core', 'ports'].includes(layerOf(target)) || (from.startsWith('src/adapters/postgres/') && target.startsWith(MIGRATIONS)),
  bindings: (_from, { target }) => ['adapters', 'ports'].includes(layerOf(target)),
  api: edge,
  worker: edge,
  cli: (from, to) =>
    edge(from, to) || layerOf(to.target) === 'core' || (isBench(from) && ['adapters', 'api', 'bindings'].includes(layerOf(to.target))),
  'config.ts': (_from, { target }) => layerOf(target) === 'core',
  'service.ts': (_from, { target }) => ['bindings', 'ports', 'api', 'worker', 'app', 'config.ts'].includes(layerOf(target)),
  'heavy.ts': (_from, { target }) => ['bindings', 'app', 'ports', 'config.ts'].includes(layerOf(target)),
  'main.ts': (_from, { target }) => ['service.ts', 'config.ts'].includes(layerOf(target)),
};

const mayImportOurs: Rule = (from, to) => {
  const layer = layerOf(from);
  if (layer !== layerOf(to.target)) return MAY_IMPORT[layer]?.(from, to) ?? false;
  if (layer === 'core') return seesStage(from, to);
  return layer !== 'adapters' || adapterOf(from) === adapterOf(to.target);
};

const mayImportPackage: Rule = (from, { target }) => {
  const knownTo = VENDORS[target];
  if (knownTo && !isBench(from) && !(layerOf(from) === 'adapters' && knownTo.includes(adapterOf(from)))) return false;
  if (layerOf(from) === 'core') return PURE_PACKAGES.has(target);
  return layerOf(from) !== 'ports';
};

function forbiddenImports(files: SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((to) => !(to.isOurs ? mayImportOurs(path, to) : mayImportPackage(path, to)))
      .map(({ target, isTypeOnly }) => `${path} may not import ${target}${isTypeOnly ? ', not even its types' : ''}`),
  );
}

/** Core is a function of its arguments; the environment is read in one place. */
function forbiddenEffects(files: SourceFile[]): string[] {
  const mayReadEnvironment = (path: string) => ['main.ts', 'config.ts', 'cli'].includes(layerOf(path));
  return files.flatMap(({ path, effects }) =>
    effects
      .filter((effect) => (effect === 'process.env' ? !mayReadEnvironment(path) : layerOf(path) === 'core'))
      .map((effect) => `${path} may not use ${effect}`),
  );
}

describe('the architecture', () => {
  const sources = readSources('src');

  it('lets every layer import only what is below it', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it('has no circles of imports, of types neither', () => {
    expect(importCircles(sources)).toEqual([]);
  });

  it('takes time and chance as arguments in core, and reads the environment in one place', () => {
    expect(forbiddenEffects(sources)).toEqual([]);
  });

  it('knows every stage of core', () => {
    const stages = new Set(sources.filter(({ path }) => layerOf(path) === 'core').map(({ path }) => stageOf(path) ?? STAGES[0]));
    expect([...stages].filter((stage) => !STAGES.includes(stage))).toEqual([]);
  });

  it(`keeps files within ${MAX_LINES} lines`, () => {
    const all = [...sources, ...readSources('migrations')];
    expect(all.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path} has ${lines} lines`)).toEqual([]);
  });

  it('relies on no script that npm would run before or after another, for the settings of npm switch those off', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([]);
  });

  it('keeps the tests out of what is shipped', () => {
    expect(sources.filter(({ imports }) => imports.some(({ isOurs, target }) => isOurs && isTest(target)))).toEqual([]);
  });
});

describe('the rules of the architecture', () => {
  const importsOf = (path: string, text: string) => forbiddenImports([parseSource(path, text)]);

  it.each([
    ['a stage that looks to its right', 'src/core/tags/a.ts', "import { type B } from '../scoring/b.js';"],
    ['a top file of core that runs a stage', 'src/core/page.ts', "import { b } from './tags/b.js';"],
    ['a stage that looks up to the feed', 'src/core/tags/a.ts', "import { b } from '../feed.js';"],
    ['core that knows the database', 'src/core/tags/a.ts', "import pg from 'pg';"],
    ['core that knows an adapter through a type in passing', 'src/core/a.ts', "type B = import('../adapters/redis/b.js').B;"],
    ['ports that run core', 'src/ports/a.ts', "import { b } from '../core/time.js';"],
    ['a use case that names a vendor', 'src/app/a.ts', "import { type Pool } from 'pg';"],
    ['an adapter that leans on another', 'src/adapters/redis/a.ts', "import { b } from '../postgres/b.js';"],
    ['an adapter with the vendor of another', 'src/adapters/redis/a.ts', "import { Client } from 'pg';"],
    ['an edge that reaches an adapter', 'src/api/a.ts', "export * from '../adapters/postgres/b.js';"],
    ['an edge that knows a vendor of an adapter', 'src/api/a.ts', "import { Queue } from 'bullmq';"],
    ['an edge that runs a stage', 'src/api/a.ts', "const b = await import('../core/tags/b.js');"],
    ['a start that reaches past the bindings', 'src/service.ts', "import { b } from './adapters/postgres/b.js';"],
    ['a file of no layer', 'src/helpers/a.ts', "import { b } from '../core/time.js';"],
  ])('refuse %s', (_name, path, text) => {
    expect(importsOf(path, text)).toHaveLength(1);
  });

  it.each([
    ['a stage that looks to its left', 'src/core/scoring/a.ts', "import { b } from '../tags/b.js';"],
    ['the feed, which sees all', 'src/core/feed.ts', "import { b } from './evaluation/b.js';"],
    ['types of a stage at the top of core', 'src/core/page.ts', "import { type B } from './tags/b.js';"],
    ['the cli, which evaluates', 'src/cli/a.ts', "import { b } from '../core/evaluation/b.js';"],
    ['a binding with two adapters', 'src/bindings/a.ts', "import '../adapters/redis/b.js'; import '../adapters/postgres/b.js';"],
  ])('allow %s', (_name, path, text) => {
    expect(importsOf(path, text)).toEqual([]);
  });

  it('see a circle of three, of types too', () => {
    const files = ['b', 'c', 'a'].map((to, i) => parseSource(`src/core/${'abc'[i]}.ts`, `import { type X } from './${to}.js';`));
    expect(importCircles(files)).toEqual([['src/core/a.ts', 'src/core/b.ts', 'src/core/c.ts', 'src/core/a.ts']]);
  });

  it('see clock and chance in code and not in comments', () => {
    const text =
      '// Date.now()\nconst a = [Date.now(), Math.random(), new Date(), new Date(0), performance.now(), process.env.A]; setTimeout(f, 1);';
    expect(forbiddenEffects([parseSource('src/core/a.ts', text)]).map((line) => line.split(' use ')[1])).toEqual([
      'Date.now',
      'Math.random',
      'new Date()',
      'performance.now',
      'process.env',
      'setTimeout',
    ]);
  });
});
