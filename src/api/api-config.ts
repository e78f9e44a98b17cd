/** What the edge needs to know; made once from the environment. */
export interface ApiConfig {
  mode: 'development' | 'production';
  /** Where it listens, and the one name besides those of the loopback that a Host header may give. */
  host: string;
  port: number;
  /** Origins of browsers that may call besides loopback ones, as in `https://shop.example`. */
  corsOrigins: readonly string[];
  trustProxy: boolean;
  /** Without authentication the service is in protected mode: everything is allowed, and only from this machine. */
  authConfigured: false;
  /** Languages of reasons, the default first. */
  locales: readonly string[];
}
