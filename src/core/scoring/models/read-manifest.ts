import { type Fault, shown } from '../../errors.js';
import { columnOf } from '../../features/catalogue.js';
import { HEADS, MODEL_TENSORS, MODEL_VOCABULARIES, type ModelManifest, type ModelTensor } from '../intent-model.js';
import { isKnownTag } from './known-tags.js';
import { finite, ManifestReader } from './manifest-reader.js';

export const MODEL_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
export const MODEL_VERSION = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const MAX_FEATURES = 1_024;
const MAX_TAGS = 512;
const MIN_GOLDEN_ROWS = 8;
const MAX_GOLDEN_ROWS = 4_096;
const MAX_SEQUENCE = 512;
const MAX_ID = 2 ** 31 - 1;
const QUANTILES = 11;
const MAX_METRICS_CHARACTERS = 65_536;
const MAX_TEXT = 2_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const FIELDS: readonly (keyof ModelManifest)[] = [
  'name', 'version', 'kind', 'heads', 'featureNames', 'tagNames', 'vocabularies', 'calibration', 'training', 'metrics', 'quantiles', 'missing', 'monotone',
  'golden',
]; // prettier-ignore

/**
 * Check what somebody says of a model, every field of it. Fields that may be left out get their empty value; a user's tensor of the golden batch becomes one row.
 *
 * @param name of the model, from the address it is sent to
 * @param raw  as parsed from JSON
 * @returns    the manifest, or every fault of it with path, value and what is allowed
 */
export function readManifest(name: string, raw: unknown): { manifest: ModelManifest; faults: Fault[] } {
  const read = new ManifestReader(raw);
  read.noOthers('', FIELDS);
  const featureNames = read.names(
    'featureNames',
    MAX_FEATURES,
    (feature) => columnOf(feature) !== undefined,
    'there is no such feature; featureCatalogue lists them',
  );
  if (featureNames.length === 0) read.fault('featureNames', read.at('featureNames'), 'it must name at least one feature');
  const tagNames = read.names(
    'tagNames',
    MAX_TAGS,
    isKnownTag,
    'there is no such tag; tagCatalogue lists them, a tag of a family is written family:value',
    true,
  );
  const manifest: ModelManifest = {
    name: readName(read, name),
    version: read.matching('version', MODEL_VERSION),
    kind: read.oneOf('kind', ['dense', 'sequence']) ?? 'dense',
    heads: readHeads(read),
    featureNames,
    tagNames,
    vocabularies: read.numbers(
      'vocabularies',
      MODEL_VOCABULARIES,
      (value) => Number.isInteger(value) && inRange(value, 0, MAX_ID),
      `a whole number from 0 to ${MAX_ID}`,
    ),
    calibration: read.oneOf('calibration', ['exposure', 'sampled', 'none']) ?? 'none',
    training: readTraining(read),
    metrics: readMetrics(read),
    quantiles: readQuantiles(read, featureNames),
    missing: read.numbers('missing', featureNames, (value) => inRange(value, 0, 1), 'a share from 0 to 1'),
    monotone: read.numbers('monotone', featureNames, (value) => value === 1 || value === -1, '1 or -1') as Record<string, 1 | -1>,
    golden: { scores: [] },
  };
  manifest.golden = readGolden(read, manifest);
  return { manifest, faults: read.faults };
}

const inRange = (value: number, low: number, high: number): boolean => value >= low && value <= high;

function readName(read: ManifestReader, name: string): string {
  const given = read.matching('name', MODEL_NAME);
  if (given !== '' && given !== name) read.fault('name', given, `it is sent to the model ${shown(name)}`);
  return name;
}

function readHeads(read: ManifestReader): ModelManifest['heads'] {
  const heads = read.names('heads', HEADS.length, (head) => (HEADS as readonly string[]).includes(head), `heads are ${HEADS.join(', ')}`);
  if (!heads.includes('click')) read.fault('heads', read.at('heads'), 'click has to be among them');
  return heads as ModelManifest['heads'];
}

function readTraining(read: ManifestReader): ModelManifest['training'] {
  const given = read.object('training', true);
  read.noOthers('training', ['from', 'to', 'exposures', 'data']);
  const training: ModelManifest['training'] = {};
  for (const key of ['from', 'to'] as const) {
    const value = given[key];
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && ISO.test(value) && !Number.isNaN(Date.parse(value))) training[key] = value;
    else read.fault(`training.${key}`, value, 'it must be an ISO 8601 time with its offset, as 2026-01-31T09:30:00Z');
  }
  if (training.from && training.to && Date.parse(training.from) > Date.parse(training.to))
    read.fault('training.from', training.from, `it must not be after training.to, ${training.to}`);
  const { exposures, data } = given;
  if (Number.isSafeInteger(exposures) && Number(exposures) >= 0) training.exposures = Number(exposures);
  else if (exposures !== undefined && exposures !== null)
    read.fault('training.exposures', exposures, 'it must be a whole number of 0 or more');
  if (typeof data === 'string' && data.length <= MAX_TEXT && isStorable(data)) training.data = data;
  else if (data !== undefined && data !== null) read.fault('training.data', data, `it must be text of at most ${MAX_TEXT} characters`);
  return training;
}

/** What a database of text can keep. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Of any form, since nobody but people reads it. */
function readMetrics(read: ManifestReader): Record<string, unknown> {
  const metrics = read.object('metrics', true);
  const text = JSON.stringify(metrics);
  if (text.length > MAX_METRICS_CHARACTERS)
    read.fault('metrics', `${text.length} characters`, `it must be at most ${MAX_METRICS_CHARACTERS} characters of JSON`);
  else if (/\\u0000|\\ud[89a-f]/i.test(text)) read.fault('metrics', metrics, 'it must be text without NUL and halves of surrogate pairs');
  else return metrics;
  return {};
}

function readQuantiles(read: ManifestReader, featureNames: readonly string[]): Record<string, number[]> {
  const quantiles: Record<string, number[]> = {};
  for (const [feature, points] of Object.entries(read.object('quantiles', true))) {
    const path = `quantiles.${feature}`;
    const rises =
      Array.isArray(points) &&
      points.length === QUANTILES &&
      points.every(finite) &&
      points.every((point, i) => i === 0 || point >= points[i - 1]);
    if (!featureNames.includes(feature)) read.fault(path, feature, 'it is none of featureNames');
    else if (rises) quantiles[feature] = points;
    else read.fault(path, points, `it must be ${QUANTILES} numbers that do not fall`);
  }
  return quantiles;
}

/** Of each tensor: numbers a row, or null for one number a row. */
function widthOf(tensor: ModelTensor, { featureNames, tagNames }: ModelManifest): number | null {
  if (tensor === 'dense') return featureNames.length;
  return tensor === 'user_tags' ? tagNames.length : null;
}

function readGolden(read: ManifestReader, manifest: ModelManifest): ModelManifest['golden'] {
  const given = read.object('golden', false);
  read.noOthers('golden', [...MODEL_TENSORS, 'scores']);
  if (read.at('golden') !== given) return { dense: [], scores: [] };
  const rowsOf = (name: 'dense' | 'scores', width: number) =>
    read.rows(`golden.${name}`, given[name], width, finite, 'finite numbers', MAX_GOLDEN_ROWS);
  const [dense, scores] = [rowsOf('dense', read.lengthOf('featureNames')), rowsOf('scores', read.lengthOf('heads'))];
  if (dense === null || scores === null) return { dense: [], scores: [] };
  if (scores.length < MIN_GOLDEN_ROWS)
    read.fault('golden.scores', `${scores.length} rows`, `it must have at least ${MIN_GOLDEN_ROWS} rows`);
  if (dense.length !== scores.length)
    read.fault('golden.dense', `${dense.length} rows`, `it must have as many rows as golden.scores, ${scores.length}`);
  const golden: ModelManifest['golden'] = { dense, scores };
  for (const tensor of MODEL_TENSORS) {
    const value = given[tensor];
    if (tensor === 'dense' || value === undefined || value === null) continue;
    const path = `golden.${tensor}`;
    const isFloat = tensor === 'user_tags' || tensor === 'seq_gap';
    const good = isFloat ? finite : (entry: unknown): entry is number => Number.isInteger(entry) && inRange(Number(entry), 0, MAX_ID);
    const wanted = isFloat ? 'finite numbers' : `whole numbers from 0 to ${MAX_ID}`;
    if (tensor.startsWith('cand_')) golden[tensor] = read.row(path, value, { width: scores.length, most: MAX_GOLDEN_ROWS, good, wanted });
    else
      golden[tensor] = [
        read.row(path, isPlainRow(value) ? value : (value as unknown[])[0], {
          width: widthOf(tensor, manifest),
          most: MAX_SEQUENCE,
          good,
          wanted,
        }),
      ];
  }
  return golden;
}

/** A user's tensor is one row, written as such or as a list of one. */
const isPlainRow = (value: unknown): boolean => !(Array.isArray(value) && value.length === 1 && Array.isArray(value[0]));
