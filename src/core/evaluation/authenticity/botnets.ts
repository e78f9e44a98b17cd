import { type Attribution, type EventType, type LedgerEvent } from '../../events/event.js';
import { type Random, seededRandom } from '../../random.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../time.js';

/** How machines push an item. */
export const BOTNETS = ['naive', 'slow', 'human-paced', 'coattails', 'exposure-replay'] as const;
export type Botnet = (typeof BOTNETS)[number];

export const BOTNET_NOTES: Readonly<Record<Botnet, string>> = {
  naive: '400 views each of the target, a second apart',
  slow: 'about a view an hour for five days, two of three of the target, the rest of anything',
  'human-paced': '60 acts in three days with pauses like a person’s; a third click or cart the target, the rest look at anything',
  coattails: '40 acts in three days with pauses like a person’s, in turn on a hot item and on the target, now and then on something else',
  'exposure-replay': '60 clicks in a day on the target, with exposure ids of other people’s feeds on half of them',
};

/** What an attack is made with. Items are numbers of the catalogue. */
export interface Battlefield {
  target: number;
  hot: number;
  items: number;
  /** The attack ends here, epoch ms. */
  end: number;
  bots: number;
  seed: number;
}

interface Step {
  itemNo: number;
  at: number;
  type: EventType;
  attribution: Attribution;
}

/** Seconds between two acts as people have them: half a minute in the middle, from some seconds to hours. */
const personsPause = (random: Random): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (random() < 0.15 ? 4 * HOUR_MS : 30 * SECOND_MS) * Math.exp(1.2 * normal);
};

const step = (itemNo: number, at: number, type: EventType = 'VIEW', attribution: Attribution = 'UNATTRIBUTED'): Step => ({ itemNo, at, type, attribution }); // prettier-ignore

const STEPS: Record<Botnet, (field: Battlefield, random: Random) => Step[]> = {
  naive: ({ target, end }, random) => {
    const start = end - DAY_MS * random();
    return Array.from({ length: 400 }, (_, i) => step(target, start - (400 - i) * SECOND_MS));
  },
  slow: ({ target, items, end }, random) =>
    Array.from({ length: 120 }, (_, i) =>
      step(random() < 2 / 3 ? target : Math.floor(random() * items), end - (120 - i) * HOUR_MS + HOUR_MS * 0.2 * random()),
    ),
  'human-paced': ({ target, items, end }, random) => paced(60, end - 3 * DAY_MS, random, () =>
    random() < 1 / 3
      ? { itemNo: target, type: random() < 0.3 ? 'ADD_TO_CART' : 'CLICK' }
      : { itemNo: Math.floor(random() * items), type: random() < 0.1 ? 'ADD_TO_CART' : 'VIEW' },
  ), // prettier-ignore
  coattails: ({ target, hot, items, end }, random) => paced(40, end - 3 * DAY_MS, random, (i) => ({
    itemNo: random() < 0.1 ? Math.floor(random() * items) : i % 2 === 0 ? hot : target,
    type: 'CLICK',
  })), // prettier-ignore
  'exposure-replay': ({ target, end }, random) =>
    paced(60, end - DAY_MS, random, () => ({ itemNo: target, type: 'CLICK' })).map((one) => ({
      ...one,
      attribution: random() < 0.5 ? 'ORPHAN' : 'UNATTRIBUTED',
    })),
};

function paced(count: number, start: number, random: Random, act: (i: number) => { itemNo: number; type: EventType }): Step[] {
  let at = start + random() * 6 * HOUR_MS;
  return Array.from({ length: count }, (_, i) => {
    at += personsPause(random);
    const { itemNo, type } = act(i);
    return step(itemNo, at, type);
  });
}

/** The events of an attack in order of time, as the ledger would keep them; bots are called `botnet:number`. */
export function attackOf(botnet: Botnet, field: Battlefield): LedgerEvent[] {
  const random = seededRandom(field.seed);
  const events: LedgerEvent[] = [];
  for (let bot = 0; bot < field.bots; bot++)
    for (const { itemNo, at, type, attribution } of STEPS[botnet](field, random))
      events.push({
        id: `${botnet}-${events.length}`,
        type,
        userId: `${botnet}:${bot}`,
        occurredAt: Math.round(at),
        receivedAt: Math.round(at),
        itemId: `${itemNo}`,
        itemNo,
        attribution,
        writer: 2,
        seq: events.length + 1,
      });
  return events.sort((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq);
}
