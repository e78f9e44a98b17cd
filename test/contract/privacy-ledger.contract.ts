import { type PrivacyLedger } from '../../src/ports/privacy-ledger.js';

/** What every ledger of privacy budgets keeps to; who has no budget of his own has epsilon 2 and delta 0.00001. */
export function privacyLedgerContract(name: string, openStore: () => Promise<{ open(): PrivacyLedger; close(): Promise<void> }>): void {
  describe(`${name} as a ledger of privacy budgets`, () => {
    let store: Awaited<ReturnType<typeof openStore>>;
    let ledger: PrivacyLedger;
    beforeEach(async () => {
      store = await openStore();
      ledger = store.open();
    });
    afterEach(() => store.close());

    const spend = (epsilonMilli: number, delta = 1e-6, recipient = 'lab') =>
      ledger.spend({ recipient, cost: { epsilonMilli, delta }, question: { fact: 'clicks' }, actor: 'ann', at: 1 });

    it('adds costs up, refuses what is more than is left, and takes what just fits', async () => {
      expect(await spend(700)).toEqual({
        isGranted: true,
        budget: { recipient: 'lab', total: { epsilonMilli: 2000, delta: 1e-5 }, spent: { epsilonMilli: 700, delta: 1e-6 } },
      });
      expect((await spend(1301)).isGranted).toBe(false);
      expect(await spend(1300)).toMatchObject({ isGranted: true, budget: { spent: { epsilonMilli: 2000 } } });
      expect((await spend(1)).isGranted).toBe(false);
      expect((await spend(1, 1e-6, 'press')).isGranted).toBe(true);
      expect((await store.open().budget('lab')).spent).toEqual({ epsilonMilli: 2000, delta: 2e-6 });
    });

    it('counts delta as well, ten times a tenth of it being all of it', async () => {
      const granted = [];
      for (let i = 0; i < 11; i++) granted.push((await spend(1)).isGranted);
      expect(granted).toEqual([...Array<boolean>(10).fill(true), false]);
    });

    it('lets no two questions at the same time take what is left for one', async () => {
      const asked = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? ledger : store.open()).spend({ recipient: 'lab', cost: { epsilonMilli: 400, delta: 0 }, question: {}, actor: 'ann', at: i })); // prettier-ignore
      expect((await Promise.all(asked)).filter(({ isGranted }) => isGranted)).toHaveLength(5);
    });

    it('gives more or less to whom it is told, and never what is spent', async () => {
      await spend(1500);
      const by = { actor: 'bob', reason: 'a study', at: 5 };
      expect((await ledger.allow('lab', { epsilonMilli: 1000, delta: 1e-5 }, by)).spent.epsilonMilli).toBe(1500);
      expect((await spend(1)).isGranted).toBe(false);
      await ledger.allow('lab', { epsilonMilli: 5000, delta: 1e-5 }, by);
      expect((await spend(3500)).isGranted).toBe(true);
    });
  });
}
