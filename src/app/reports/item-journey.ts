import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { JourneyOfItem } from '../../core/evaluation/item-journey.js';
import { type ExposureExports } from '../../ports/exposure-exports.js';
import { type App } from '../app.js';
import { type People } from '../people/people.js';
import { type ShopIndex } from '../shop-index.js';
import { readReportInput } from './report-input.js';

export interface ItemJourneyPorts {
  exposureExports: Pick<ExposureExports, 'pools'>;
  index: ShopIndex;
  people: Pick<People, 'many' | 'purposesOf'>;
  clock: () => number;
}

/** How far an item comes in requests, from the pools that were kept; those of people who refuse to be counted are left out. */
export function createItemJourney({ exposureExports, index, people, clock }: ItemJourneyPorts): App['itemJourney'] {
  return async (itemId, input) => {
    const { range } = readReportInput(input);
    const { from, to, surface, segment, dimension } = range;
    const faults: Fault[] = [];
    const fault = (path: string, value: unknown, allowed: string): void =>
      void faults.push({ path, code: 'INVALID_VALUE', message: `${path} is ${shown(value)}; it must be ${allowed}` });
    if (dimension !== 'NONE') fault('dimension', dimension, 'NONE: a journey is told as a whole');
    if (segment !== null) fault('segment', segment, 'left out: a journey is of all users');
    refuseFaults(faults);
    const itemNo = index.shop.catalogue.no(itemId);
    if (itemNo === undefined) throw new AppError('NOT_FOUND', `itemId ${shown(itemId)} is not in the catalogue`);
    const journey = new JourneyOfItem(itemNo);
    for await (const batch of exposureExports.pools({ from, to, surface, asOf: clock() + 1 })) {
      const persons = await people.many(batch.flatMap(({ page }) => page.userId ?? []));
      for (const request of batch) {
        const person = persons.get(request.page.userId ?? '');
        if (!person || people.purposesOf(person, Infinity).has('ANALYTICS')) journey.add(request);
      }
    }
    return { itemId, ...journey.journey() };
  };
}
