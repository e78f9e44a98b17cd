import { type Authenticity, Judges } from '../core/events/authenticity/judges.js';
import { emptyCursor } from '../core/tags/cursor.js';
import { type Ledger } from '../ports/ledger.js';

/** About a kilobyte each. */
const SKETCHES = 200_000;

/** What was to be thought of actors by the events received before an instant, epoch ms: the same whenever it is asked. Reads the whole ledger up to there. */
export async function judgedAsOf(ledger: Ledger, asOf: number): Promise<Authenticity> {
  const judges = new Judges(SKETCHES);
  for await (const events of ledger.eventsSince(emptyCursor()))
    for (const event of events) {
      if (event.receivedAt >= asOf) return judges;
      judges.observe(event);
    }
  return judges;
}
