import { createGroupCommit, type GroupCommitOptions } from '../../src/adapters/postgres/group-commit.js';

type Options = GroupCommitOptions<number, string>;

/** A commit that ends when it is told to, and what it was given. */
function openCommit(overrides: Partial<Options> = {}) {
  const taken: number[][][] = [];
  const ends: ((outcome?: Error) => void)[] = [];
  let unknown = 0;
  const append = createGroupCommit<number, string>({
    maxItems: 5,
    maxWaiting: 10,
    timeoutMs: 5000,
    unknown: () => unknown++,
    commit: (calls) =>
      new Promise((resolve, reject) => {
        taken.push(calls);
        ends.push((error) => (error ? reject(error) : resolve(calls.map((items) => items.map(String)))));
      }),
    ...overrides,
  });
  return { append, taken, ends, unknowns: () => unknown };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const refusal = (code: string): Error => Object.assign(new Error('refused'), { code });

describe('a group commit', () => {
  it('starts at once, and gathers what comes while one is under way, in order', async () => {
    const { append, taken, ends } = openCommit();
    const first = append([1]);
    await turn();
    expect(taken).toEqual([[[1]]]);
    const later = [append([2, 3]), append([4]), append([5, 6, 7])];
    await turn();
    expect(taken).toHaveLength(1);
    ends[0]();
    expect(await first).toEqual(['1']);
    await turn();
    expect(taken[1]).toEqual([[2, 3], [4]]); // the third would make it six items
    ends[1]();
    await turn();
    ends[2]();
    expect(await Promise.all(later)).toEqual([['2', '3'], ['4'], ['5', '6', '7']]);
  });

  it('takes a call that is larger than a commit as it is', async () => {
    const { append, taken, ends } = openCommit();
    const call = append([1, 2, 3, 4, 5, 6]);
    await turn();
    expect(taken[0]).toEqual([[1, 2, 3, 4, 5, 6]]);
    ends[0]();
    expect(await call).toHaveLength(6);
  });

  it('refuses a call for which there is no room, and no other', async () => {
    const { append, ends } = openCommit();
    const first = append([1]);
    await turn();
    const waiting = append([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await expect(append([1, 2])).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 });
    const last = append([10]);
    for (let i = 0; i < 3; i++) {
      ends[i]();
      await turn();
    }
    expect(await Promise.all([first, waiting, last])).toHaveLength(3);
  });

  it('fails all calls of a commit that the server could not do, and calls the outcome unknown', async () => {
    const { append, ends, unknowns } = openCommit();
    const calls = Promise.allSettled([append([1]), append([2])]);
    await turn();
    ends[0](refusal('53100'));
    for (const outcome of await calls) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(unknowns()).toBe(1);
  });

  it('tries each call by itself when data was refused', async () => {
    const { append, taken, ends, unknowns } = openCommit();
    const calls = Promise.allSettled([append([1]), append([2]), append([3])]);
    await turn();
    ends[0](refusal('22021'));
    await turn();
    ends[1]();
    await turn();
    ends[2](refusal('22021'));
    await turn();
    ends[3]();
    expect(await calls).toMatchObject([{ value: ['1'] }, { reason: { code: '22021' } }, { value: ['3'] }]);
    expect(taken.slice(1)).toEqual([[[1]], [[2]], [[3]]]);
    expect(unknowns()).toBe(0);
  });

  it('goes on when a commit does not answer', async () => {
    const { append, ends, unknowns } = openCommit({ timeoutMs: 20 });
    const silent = append([1]);
    const next = silent.catch(() => append([2]));
    await expect(silent).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('does not answer') as string });
    expect(unknowns()).toBe(1);
    await turn();
    ends[0](new Error('too late to matter'));
    ends[1]();
    expect(await next).toEqual(['2']);
  });
});
