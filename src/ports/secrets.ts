/** Secrets the deployment made for itself. Guarantee: 32 random bytes, the same for one name on every process, for ever. */
export interface Secrets {
  get(name: 'cursor' | 'pseudonym' | 'redis'): Promise<Buffer>;
}
