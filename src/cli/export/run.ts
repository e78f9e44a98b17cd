import { readDataFolder } from '../evaluate/folder.js';
import { KNOWN_DATA } from '../evaluate/known-data.js';
import { type Output } from '../fault.js';
import { MaterialFolder } from './material-files.js';
import { AppError } from '../../core/errors.js';
import { densePart } from '../../core/evaluation/dense-core.js';
import { type History } from '../../core/evaluation/history.js';
import { FINAL_SLICE, streamBetween, TUNING_SLICE } from '../../core/evaluation/next-event.js';
import { configOf, type Deployed, withoutSlate } from '../../core/evaluation/service-methods.js';
import { MATERIAL_LABELS, type MaterialQuery, trainingMaterial } from '../../core/evaluation/training-material.js';
import { viewMaterial } from '../../core/evaluation/view-material.js';
import { EVENT_TYPES } from '../../core/events/event.js';
import { FEATURE_NAMES } from '../../core/features/catalogue.js';
import { buildPage } from '../../core/feed.js';
import { DEFAULT_SETTINGS } from '../../core/settings-defaults.js';

export const EXPORT_PROTOCOLS = ['next-event', 'view-to-purchase'] as const;
export type ExportProtocol = (typeof EXPORT_PROTOCOLS)[number];

export interface ExportOptions {
  out: string;
  protocol: ExportProtocol;
  /** Stop before the tuning slice of `evaluate`, so that it may judge the model. */
  tune: boolean;
  /** Share of the events from which queries are told; before it the service only learns. */
  from: number;
  negatives: number;
  whole: number;
  sequenceLength: number;
  seed: number;
}

/** The last of the exported part keeps whole pools: where a trainer stops, calibrates and measures. */
const WHOLE_SHARE = 0.15;
const NOTED_EVERY = 5_000;

/**
 * Live through a data set as the service would have and write what it would have chosen from, for training. Nothing of the slice that `evaluate` asks
 * for is written.
 */
export async function runExport(folder: string, options: ExportOptions, output: Output): Promise<void> {
  const { name, history: all } = await readDataFolder(folder);
  if (all.at.some(Number.isNaN)) throw new AppError('INVALID_INPUT', `${name} has events without a ts, and an export needs one on each`);
  const density = options.protocol === 'next-event' ? (KNOWN_DATA.get(name)?.streamDensity ?? null) : null;
  const history = density ? densePart(all, density) : all;
  const deployed: Deployed = { service: { buildPage, neighbourWindowMs: Infinity }, config: configOf(withoutSlate(DEFAULT_SETTINGS)) };
  const { queries, until } = materialOf(history, deployed, options);
  const written = await MaterialFolder.create(options.out);
  let firstAt = Infinity;
  let lastAt = 0;
  for await (const query of queries) {
    await written.append(query);
    firstAt = Math.min(firstAt, query.at);
    lastAt = Math.max(lastAt, query.at);
    if (written.queries % NOTED_EVERY === 0) output.note(`${written.queries} queries, ${written.rows} rows`);
  }
  if (written.queries === 0) throw new AppError('INVALID_INPUT', `${name} leaves nothing to export under ${options.protocol}`);
  await written.finish({ ...about(history, options), dataset: name, density, until, firstAt, lastAt });
  output.out(`${options.out}: ${written.queries} queries, ${written.rows} rows, ${FEATURE_NAMES.length} features`);
}

function materialOf(
  history: History,
  deployed: Deployed,
  options: ExportOptions,
): { queries: AsyncGenerator<MaterialQuery>; until: number } {
  const { sequenceLength, from, tune } = options;
  if (options.protocol === 'view-to-purchase') {
    const until = tune ? history.at[Math.floor(history.at.length * FINAL_SLICE[0])] : Infinity;
    return {
      queries: viewMaterial(history, deployed, { until, sequenceLength }),
      until: Math.min(until, history.at[history.at.length - 1]),
    };
  }
  const until = (tune ? TUNING_SLICE : FINAL_SLICE)[0];
  const wholeFrom = until - WHOLE_SHARE * (until - from);
  return { queries: trainingMaterial(streamBetween(history, from, until), deployed, { ...options, wholeFrom }), until };
}

function about(history: History, options: ExportOptions): Record<string, unknown> {
  const { protocol, tune, from, negatives, whole, sequenceLength, seed } = options;
  const [categories, brands] = [history.categories.length, new Set(history.brands.filter((brand) => brand !== null)).size];
  return {
    protocol,
    tune,
    from,
    negatives,
    whole,
    seed,
    sequenceLength,
    featureNames: FEATURE_NAMES,
    rules: Object.fromEntries(DEFAULT_SETTINGS.rules.map(({ name, value }) => [name, value])),
    labels: MATERIAL_LABELS,
    types: history.types,
    vocabularies: { category: categories, brand: brands, creator: 0, type: EVENT_TYPES.length },
    users: history.users.length,
    items: history.items.length,
    events: history.at.length,
  };
}
