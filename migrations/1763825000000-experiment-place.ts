import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The hash that assigns users to arms, as core/requests/experiments/hash.ts has it, so that queries can assign as the service does. */
export class ExperimentPlace1763825000000 implements MigrationInterface {
  name = 'ExperimentPlace1763825000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION fnv32a(input text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
      DECLARE
        hash bigint := 2166136261;
        code bigint;
      BEGIN
        FOR place IN 1..length(input) LOOP
          code := ascii(substr(input, place, 1));
          IF code > 65535 THEN
            hash := ((hash # (55296 + ((code - 65536) >> 10))) * 16777619) & 4294967295;
            code := 56320 + ((code - 65536) & 1023);
          END IF;
          hash := ((hash # code) * 16777619) & 4294967295;
        END LOOP;
        RETURN hash;
      END $$;

      CREATE FUNCTION experiment_place(seed text, unit text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT (fnv32a(fnv32a(seed || unit)::text) % 10000)::float8 / 10000
      $$;

      CREATE FUNCTION experiment_bucket(layer text, unit text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT (fnv32a(fnv32a('layer:' || layer || unit)::text) % 10000 / 10)::integer
      $$;

      COMMENT ON FUNCTION fnv32a IS 'FNV-1a, 32 bits, over UTF-16 units: characters beyond 65535 count as two, as they do in JavaScript';
      COMMENT ON FUNCTION experiment_place IS 'place of a unit from 0 to 1 under a seed: equal to placeOf of the service';
      COMMENT ON FUNCTION experiment_bucket IS 'bucket of a unit in a layer, 0..999: equal to bucketOf of the service'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION experiment_bucket(text, text), experiment_place(text, text), fnv32a(text)');
  }
}
