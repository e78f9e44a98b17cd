/** Work under way that writes, so that an erasure can wait for what began before it. */
export interface InFlight {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything that runs now is done; what begins later is not waited for. */
  settled(): Promise<void>;
}

export function createInFlight(): InFlight {
  const running = new Set<Promise<unknown>>();
  return {
    run(work) {
      const promise = work().finally(() => running.delete(promise));
      running.add(promise);
      return promise;
    },
    async settled() {
      await Promise.allSettled(running);
    },
  };
}
