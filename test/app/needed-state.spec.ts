import { neededState } from '../../src/app/needed-state.js';
import { emptyState } from '../../src/core/tags/state.js';

describe('neededState', () => {
  it('is the state', async () => {
    const state = emptyState();
    expect(await neededState({ read: () => Promise.resolve(state) }, 'u')).toBe(state);
  });
  it('asks to come again where it cannot be had, for whatever reason', async () => {
    const cause = new Error('Redis does not answer');
    const failing = neededState({ read: () => Promise.reject(cause) }, 'u');
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1, cause });
  });
});
