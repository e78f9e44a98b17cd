import { type SampledPool } from '../../core/exposures/pool.js';
import { deserialize, serialize } from 'node:v8';
import { type PoolClient } from 'pg';
import { type LedgerPosition } from '../../core/events/event.js';
import { arrayParameters, type Column, column, insertRows, textArray } from './binary-arrays.js';

/** A pool as it lies in its table: numbers little-endian, names of components once each. */
export interface PackedPool {
  samplingRate: number;
  itemNos: Uint8Array;
  sources: Uint8Array;
  features: Uint8Array;
  scores: Uint8Array;
  removedNos: Uint8Array;
  removedBy: Uint8Array;
  components: string[];
  inputs: Uint8Array | null;
}

/** A packed pool with the place of its page. */
export interface PoolRow extends LedgerPosition {
  day: string;
  pool: PackedPool;
}

const POOL_COLUMNS: readonly Column<PoolRow>[] = [
  column('received_day', 'date', ({ day }) => day),
  column('writer', 'int', ({ writer }) => writer),
  column('seq', 'bigint', ({ seq }) => seq),
  column('sampling_rate', 'double', ({ pool }) => pool.samplingRate),
  column('item_nos', 'bytes', ({ pool }) => pool.itemNos),
  column('sources', 'bytes', ({ pool }) => pool.sources),
  column('features', 'bytes', ({ pool }) => pool.features),
  column('scores', 'bytes', ({ pool }) => pool.scores),
  column('removed_nos', 'bytes', ({ pool }) => pool.removedNos),
  column('removed_by', 'bytes', ({ pool }) => pool.removedBy),
  column('components', 'text', ({ pool }) => (pool.components.length === 0 ? null : textArray(pool.components)), 'text[]'),
  column('inputs', 'bytes', ({ pool }) => pool.inputs),
];

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** Numbers cannot begin anywhere in a buffer, bytes that were read do; hence the copy. */
const aligned = (bytes: unknown): ArrayBuffer => new Uint8Array(bytes as Uint8Array).buffer;

/** First byte of inputs: how the others are to be read. */
const FORMAT = 1;

/** Structured cloning keeps whatever plain data inputs are made of, typed arrays as they are, so that what they gain needs nothing here. */
const packInputs = (inputs: NonNullable<SampledPool['inputs']>): Uint8Array => Buffer.concat([Uint8Array.of(FORMAT), serialize(inputs)]);

/** Null for those of a later form than is known. */
const readInputs = (bytes: Buffer): SampledPool['inputs'] =>
  bytes[0] === FORMAT ? (deserialize(bytes.subarray(1)) as SampledPool['inputs']) : null;

/** A pool in the form in which it is kept. */
export function packPool({ samplingRate, itemNos, sources, features, scores, removed, inputs }: SampledPool): PackedPool {
  const components = [...new Set(removed.map(({ component }) => component))];
  return {
    samplingRate,
    itemNos: bytesOf(itemNos),
    sources: bytesOf(sources),
    features: bytesOf(features),
    scores: bytesOf(scores),
    removedNos: bytesOf(Uint32Array.from(removed, ({ itemNo }) => itemNo)),
    removedBy: bytesOf(Uint16Array.from(removed, ({ component }) => components.indexOf(component))),
    components,
    inputs: inputs && packInputs(inputs),
  };
}

const ADD_POOLS = insertRows('exposure_pools', POOL_COLUMNS, 1);

/** Add pools beside pages, in the transaction that adds these. */
export async function insertPools(client: PoolClient, rows: readonly PoolRow[]): Promise<void> {
  if (rows.length > 0) await client.query({ name: 'pools-insert', text: ADD_POOLS, values: arrayParameters(POOL_COLUMNS, rows) });
}

/** Columns of `exposure_pools q` as `readPool` takes them. */
export const READ_POOL =
  'q.sampling_rate, q.item_nos, q.sources, q.features, q.scores, q.removed_nos, q.removed_by, q.components, q.inputs';

export function readPool(row: readonly unknown[], first: number): SampledPool {
  const [samplingRate, itemNos, sources, features, scores, removedNos, removedBy, components, inputs] = row.slice(first);
  const by = new Uint16Array(aligned(removedBy));
  return {
    samplingRate: samplingRate as number,
    itemNos: new Uint32Array(aligned(itemNos)),
    sources: new Uint16Array(aligned(sources)),
    features: new Float32Array(aligned(features)),
    scores: new Float64Array(aligned(scores)),
    removed: Array.from(new Uint32Array(aligned(removedNos)), (itemNo, i) => ({ itemNo, component: (components as string[])[by[i]] })),
    inputs: inputs === null ? null : readInputs(inputs as Buffer),
  };
}
