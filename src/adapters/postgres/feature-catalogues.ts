import { type Pool } from 'pg';
import { catalogueHash } from '../../core/exposures/kept-page.js';
import { asUnavailable } from './faults.js';

/** Lists of feature names, kept once each under their hash. A process meets a handful of lists, made once and then shared. */
export class FeatureCatalogues {
  private readonly hashes = new WeakMap<readonly string[], string>();
  private readonly kept = new Set<string>();

  constructor(private readonly pool: Pool) {}

  /** The hash under which the names are kept, once they are; the promise only where they were not known to be. */
  hashOf(names: readonly string[]): string | Promise<string> {
    let hash = this.hashes.get(names);
    if (hash === undefined) this.hashes.set(names, (hash = catalogueHash(names)));
    return this.kept.has(hash) ? hash : this.keep(hash, names);
  }

  /** Look again whether lists are kept: the database may have gone back to an earlier state. */
  forget(): void {
    this.kept.clear();
  }

  private async keep(hash: string, names: readonly string[]): Promise<string> {
    await this.pool
      .query(`INSERT INTO feature_catalogues (hash, names) VALUES (decode($1, 'hex'), $2) ON CONFLICT DO NOTHING`, [hash, names])
      .catch((error: unknown) => {
        throw asUnavailable(error);
      });
    this.kept.add(hash);
    return hash;
  }
}
