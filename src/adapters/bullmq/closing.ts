const GOODBYE_MS = 1_000;

/** Counts what runs. */
export interface Busy {
  during<Args extends unknown[], T>(work: (...args: Args) => Promise<T>): (...args: Args) => Promise<T>;
  isBusy: () => boolean;
}

export function createBusy(): Busy {
  let running = 0;
  return {
    during:
      (work) =>
      async (...args) => {
        running++;
        try {
          return await work(...args);
        } finally {
          running--;
        }
      },
    isBusy: () => running > 0,
  };
}

/**
 * Wait until workers and queues are closed, which they are when their handlers are done and they have said goodbye to their store. They would wait for one
 * that is away as long as that takes, so those who are idle are cut off from it.
 */
export async function closed(closing: Promise<unknown>, { isBusy }: Busy, cut: () => void): Promise<void> {
  const timer = setInterval(() => {
    if (!isBusy()) cut();
  }, GOODBYE_MS);
  await closing.finally(() => clearInterval(timer));
}
