import { Client } from 'pg';
import { bucketOf } from '../../src/core/requests/experiments/layers.js';
import { placeOf } from '../../src/core/requests/experiments/hash.js';
import { seededRandom } from '../../src/core/random.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

const random = seededRandom(7);
const ALPHABET = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.@/ ', 'é', 'Ω', '買', '😀', '\u{10ffff}'];
const aText = () => Array.from({ length: 1 + Math.floor(random() * 24) }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');

describe('the hash of the database', () => {
  let database: OpenTestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await openTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.close();
  });

  it('places 10,000 ids and their buckets exactly as the service does, characters beyond the basic plane among them', async () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? `user-${i}` : aText()));
    const { rows } = await client.query<{ id: string; place: number; bucket: number }>(
      `SELECT id, experiment_place('wide-feed', id) AS place, experiment_bucket('ranking', id) AS bucket FROM unnest($1::text[]) AS id`,
      [ids],
    );
    expect(rows).toHaveLength(10_000);
    expect(rows.filter(({ id, place, bucket }) => place !== placeOf('wide-feed', id) || bucket !== bucketOf('ranking', id))).toEqual([]);
  });
});
