import { type LedgerEvent } from '../events/event.js';
import { type Item, type NumberedItem } from '../item.js';
import { DAY_MS } from '../time.js';
import { type Habits } from './habits.js';
import { labelGroups } from './label-groups.js';
import { PLACE, placesUnder } from './measures.js';
import { addToSketch, ageSketch, mix32, type SketchName } from './sketches.js';
import { type DayTally } from './sums.js';

const SEEN = placesUnder('seen');
const TOUCH = placesUnder('touch');
const LOOK = placesUnder('look');
const CART = placesUnder('cart');
const BUY = placesUnder('buy');
const EVER = placesUnder('ever');
const { touch: TOUCHED, seen: WAS_SEEN } = PLACE;

const NEW_FOR_DAYS = 14;
const ENDS_WITHIN_MS = 3 * DAY_MS;
const SCARCE = 5;
const PERIOD_DAYS = 28;

const isNew = ({ createdAt }: Item, at: number): boolean => createdAt > 0 && at - createdAt <= NEW_FOR_DAYS * DAY_MS;
const isScarce = ({ stock }: Item): boolean => stock !== null && stock > 0 && stock <= SCARCE;

/** Sum the logarithm of a price, and how many there were. Free items have none. */
function addPrice(tally: DayTally, places: { priced: number; priceLog: number }, price: number | null): void {
  if (price === null || price <= 0) return;
  tally.add(places.priced);
  tally.add(places.priceLog, Math.log(price));
}

/** An item that came into view. */
export function foldSeen(tally: DayTally, { item }: NumberedItem, at: number): void {
  tally.add(WAS_SEEN);
  if (item.commercial) tally.add(SEEN.commercial);
  if (item.kind !== 'PRODUCT') tally.add(SEEN.content);
  if (isNew(item, at)) tally.add(SEEN.new);
  const groups = labelGroups(item.labels);
  if (groups.has('deal')) tally.add(SEEN.deal);
  if (groups.has('proof')) tally.add(SEEN.proof);
  addPrice(tally, SEEN, item.price);
}

/** Something done with an item of one's own accord. */
export function foldTouch(tally: DayTally, { type, occurredAt: at, exposureId }: LedgerEvent, numbered: NumberedItem): void {
  const { item } = numbered;
  tally.add(TOUCHED);
  tally.add(TOUCH[item.kind]);
  foldTraits(tally, item, at);
  if (numbered.brandNo === 0) tally.add(TOUCH.unbranded);
  if (exposureId !== undefined) tally.add(TOUCH.led);
  if (type === 'ADD_TO_CART') addPrice(tally, CART, item.price);
  if (type !== 'CLICK' && type !== 'VIEW') return;
  addPrice(tally, LOOK, item.price);
  if (item.price !== null && item.price > 0) tally.add(LOOK.priceLogSquared, Math.log(item.price) ** 2);
}

/** What an item touched is like. */
function foldTraits(tally: DayTally, item: Item, at: number): void {
  if (item.style !== null) tally.add(TOUCH[item.style]);
  if (item.commercial) tally.add(TOUCH.commercial);
  if (item.aiGenerated) tally.add(TOUCH.ai);
  if (item.kind !== 'PRODUCT' && item.productIds.length > 0) tally.add(TOUCH.goods);
  if (item.geohash !== null) tally.add(TOUCH.local);
  if (item.regions.length > 0) tally.add(TOUCH.regional);
  if (item.availableUntil !== null && item.availableUntil - at <= ENDS_WITHIN_MS) tally.add(TOUCH.ending);
  if (isScarce(item)) tally.add(TOUCH.scarce);
  for (const group of labelGroups(item.labels)) tally.add(TOUCH[group]);
  if (item.createdAt <= 0) return;
  if (isNew(item, at)) tally.add(TOUCH.new);
  tally.add(TOUCH.aged);
  tally.add(TOUCH.ageLog, Math.log1p(Math.max(0, at - item.createdAt) / DAY_MS));
}

/** Remember which items, categories, brands and creators were met, apart those of the newest four weeks and of all before. */
export function foldMet(habits: Habits, numbered: NumberedItem, day: number): void {
  const { sketches } = habits;
  const period = Math.floor(day / PERIOD_DAYS);
  if (period > habits.period) {
    ageSketch(sketches, 'categoriesNow', 'categoriesBefore');
    ageSketch(sketches, 'brandsNow', 'brandsBefore');
    ageSketch(sketches, 'creatorsNow', 'creatorsBefore');
    habits.period = period;
  }
  const meet = (no: number, now: SketchName, before: SketchName): void => {
    if (no > 0) addToSketch(sketches, period === habits.period ? now : before, mix32(no));
  };
  addToSketch(sketches, 'items', mix32(numbered.no));
  meet(numbered.categoryNos[numbered.categoryNos.length - 1], 'categoriesNow', 'categoriesBefore');
  meet(numbered.brandNo, 'brandsNow', 'brandsBefore');
  meet(numbered.creatorNo, 'creatorsNow', 'creatorsBefore');
}

/** What was bought, as an item. */
export function foldBought(tally: DayTally, { sketches }: Habits, event: LedgerEvent, numbered: NumberedItem): void {
  const { item, brandNo, creatorNo, categoryNos } = numbered;
  addPrice(tally, BUY, item.price);
  if (isNew(item, event.occurredAt)) tally.add(BUY.new);
  if (isScarce(item)) tally.add(BUY.scarce);
  if (brandNo === 0) tally.add(BUY.unbranded);
  for (const group of labelGroups(item.labels)) tally.add(BUY[group]);
  const note = (no: number, place: number, sketch: SketchName): void => {
    if (no === 0) return;
    tally.add(place);
    addToSketch(sketches, sketch, mix32(no));
  };
  note(brandNo, EVER.branded, 'boughtBrands');
  note(categoryNos[categoryNos.length - 1], EVER.categorised, 'boughtCategories');
  note(creatorNo, EVER.made, 'boughtCreators');
}
