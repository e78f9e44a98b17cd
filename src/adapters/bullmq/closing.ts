const GOODBYE_MS = 1_000;
/** Several, since a connection that was between two tries ends with the next. */
const CUTS = 5;

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
 * that is away as long as that takes, so those who are idle are cut off from it; and who then still waits, which a worker on a cluster does now and then for
 * a command that nobody answers any more, is left alone.
 */
export async function closed(closing: Promise<unknown>, { isBusy }: Busy, cut: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let cuts = 0;
  const leftAlone = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (isBusy()) return;
      cut();
      if (++cuts === CUTS) resolve();
    }, GOODBYE_MS);
  });
  await Promise.race([closing, leftAlone]).finally(() => clearInterval(timer));
}
