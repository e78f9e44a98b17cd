/** What was opened so far, to be let go of in reverse. */
export class Closers {
  private readonly closers: (() => unknown)[] = [];

  /** Note how something that was opened is closed. */
  add<T>(opened: T, close: (opened: T) => unknown): T {
    this.closers.push(() => close(opened));
    return opened;
  }

  /** Close everything, also when one cannot be closed. @throws what was thrown first */
  async closeAll(): Promise<void> {
    const faults: unknown[] = [];
    for (const close of this.closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

/** Open what has several parts; where one cannot be opened nothing of the others is left. */
export async function openParts<T>(open: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = new Closers();
  try {
    return await open(closers);
  } catch (error) {
    await closers.closeAll().catch(() => undefined); // why it could not be opened says more
    throw error;
  }
}
