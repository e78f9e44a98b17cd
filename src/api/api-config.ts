import { type AuthConfig } from './access/token-verifier.js';

/** What the edge needs to know; made once from the environment. */
export interface ApiConfig {
  mode: 'development' | 'production';
  /** Where it listens, and the one name besides those of the loopback that a Host header may give. */
  host: string;
  port: number;
  /** Origins of browsers that may call besides loopback ones, as in `https://shop.example`. */
  corsOrigins: readonly string[];
  trustProxy: boolean;
  /** Null: protected mode, in which everything is allowed, and only from this machine. */
  auth: AuthConfig | null;
  /** Budget of a caller, where there is authentication. */
  rateLimitPerSecond: number;
  /** File of the only operations that are taken; null: any is. */
  persistedOperations: string | null;
  /** Languages of reasons, the default first. */
  locales: readonly string[];
}
