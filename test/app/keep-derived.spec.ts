import { DerivedFromEvents } from '../../src/app/derive-from-events.js';
import { Catalogue } from '../../src/core/candidates/catalogue.js';
import { type LedgerEvent } from '../../src/core/events/event.js';
import { type Ledger } from '../../src/ports/ledger.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';

const AT = Date.UTC(2026, 0, 15, 12);
const FOLLOW: LedgerEvent = {
  id: 'event-1',
  type: 'FOLLOW',
  userId: 'fan',
  targetUserId: 'gone',
  occurredAt: AT,
  receivedAt: AT,
  writer: 1,
  seq: 1,
  itemNo: -1,
  attribution: 'UNATTRIBUTED',
};

describe('what is kept of the shop', () => {
  it('is without those who are forgotten while it is written', async () => {
    const written: Uint8Array[] = [];
    let goOn = (): void => undefined;
    const firstIsWritten = new Promise<void>((resolve) => (goOn = resolve));
    const artefacts = {
      get: () => Promise.resolve(null),
      put: async (_name: string, bytes: Uint8Array) => {
        if (written.push(bytes) === 1) await firstIsWritten;
      },
    };
    const ledger = {} as Ledger; // neither keeping nor forgetting reads it
    const derived = new DerivedFromEvents(new Catalogue(), { artefacts, ledger, log: keptLog(), sharesTies: () => true, erasedAt: () => null }); // prettier-ignore
    derived.observe([FOLLOW]);
    const keeping = derived.keep();
    await eventually(() => expect(written).toHaveLength(1));
    const forgetting = derived.forget(['gone']);
    goOn();
    await Promise.all([keeping, forgetting]);
    expect(written.map((bytes) => Buffer.from(bytes).includes('gone'))).toEqual([true, false]);
  });
});
