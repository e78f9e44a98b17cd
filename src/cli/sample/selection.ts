import { type History, type Product, type Purchase } from './history.js';
import { categoryName, departmentName, titleOf, typeName } from './wording.js';

/** One line of a sample file; times are seconds relative to the end of the data, negative in the past. */
export type SampleLine = Record<string, unknown>;

export interface Selection {
  /** Most bought first. */
  products: ChosenProduct[];
  /** Busiest first. */
  households: string[];
  /** Purchases of both, in the order of the source. */
  purchases: Purchase[];
  /** Epoch seconds of the newest purchase: the end of the data. */
  end: number;
}
export interface ChosenProduct extends Product {
  title: string;
  /** From broad to narrow. */
  path: string[];
  price: number;
  firstSoldAt: number;
  sales: number;
}

/** The busiest households and what they bought most often: a small shop whose histories are dense enough to recommend from. */
export function choose({ products, purchases }: History, size: { households: number; products: number }): Selection {
  const households = mostFrequent(purchases.map(({ household }) => household)).slice(0, size.households);
  const theirs = within(purchases, 'household', households);
  const chosenIds = mostFrequent(theirs.map(({ product }) => product)).slice(0, size.products);
  const kept = within(theirs, 'product', chosenIds);
  const chosen = describe(
    chosenIds.map((id) => products.get(id)!),
    purchases,
    kept,
  );
  const left = new Set(kept.map(({ household }) => household)); // one may have bought nothing that others bought too
  return {
    products: chosen,
    households: households.filter((household) => left.has(household)),
    purchases: kept,
    end: kept.reduce((end, { at }) => Math.max(end, at), 0),
  };
}

/** Distinct values, most frequent first; a tie goes to the lower value. */
function mostFrequent(values: string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
}

function within(purchases: Purchase[], field: 'household' | 'product', values: string[]): Purchase[] {
  const wanted = new Set(values);
  return purchases.filter((purchase) => wanted.has(purchase[field]));
}

/** Price is the median unit price paid by anyone; products of one title are told apart by a number, since the source names no flavours. */
function describe(products: Product[], all: Purchase[], kept: Purchase[]): ChosenProduct[] {
  const byProduct = groupBy(all, ({ product }) => product);
  const sales = groupBy(kept, ({ product }) => product);
  const titles = groupBy(products, titleOf);
  const seen = new Map<string, number>();
  return products.map((product) => {
    const title = titleOf(product);
    const number = (seen.get(title) ?? 0) + 1;
    seen.set(title, number);
    const own = byProduct.get(product.id)!;
    return {
      ...product,
      title: titles.get(title)!.length === 1 ? title : `${title}, variety ${number}`,
      path: pathOf(product),
      price: Math.max(0.01, Math.round(100 * median(own.map(({ amount, quantity }) => amount / quantity))) / 100),
      firstSoldAt: Math.min(...own.map(({ at }) => at)),
      sales: sales.get(product.id)!.length,
    };
  });
}

const pathOf = (product: Product): string[] => [
  ...new Set([departmentName(product.department), categoryName(product.category), typeName(product)]),
];

export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const itemId = (product: string): string => `cj-${product}`;
export const userId = (household: string): string => `household-${household}`;
const SECONDS_BEFORE_FIRST_SALE = 3600;
const ALCOHOL = /^(BEERS\/ALES|DOMESTIC WINE|IMPORTED WINE|MISC WINE|LIQUOR)$/;
const DRINKING_AGE = 21;

export const productLine = (product: ChosenProduct, end: number): SampleLine => ({
  id: itemId(product.id),
  title: product.title,
  categories: product.path,
  ...(product.manufacturer === '' ? {} : { brand: `${product.brand === 'Private' ? 'Own label' : 'Brand'} ${product.manufacturer}` }),
  price: product.price,
  currency: 'USD',
  ...(ALCOHOL.test(product.category) ? { minAge: DRINKING_AGE } : {}),
  createdAt: product.firstSoldAt - SECONDS_BEFORE_FIRST_SALE - end,
});

/** Names of the demographic columns as attributes; bands stay bands, because a birth year made from one would be invented. */
const ATTRIBUTES: Record<string, string> = {
  age: 'ageBand', income: 'incomeBand', homeOwnership: 'homeOwnership', maritalStatus: 'maritalStatus', householdSize: 'householdSize', householdComp: 'householdComposition',
  kidsCount: 'kidsCount',
}; // prettier-ignore

export function householdLine(household: string, history: History, firstSeenAt: number, end: number): SampleLine {
  const known = Object.entries(history.households.get(household) ?? {}).flatMap(([name, value]) =>
    name in ATTRIBUTES ? [[ATTRIBUTES[name], value] as const] : [],
  );
  return { id: userId(household), joinedAt: firstSeenAt - end, ...(known.length > 0 ? { attributes: Object.fromEntries(known) } : {}) };
}

export const purchaseLine = ({ line, household, product, at, amount, quantity, basket }: Purchase, end: number): SampleLine => ({
  id: `sample-${line}`,
  type: 'PURCHASE',
  userId: userId(household),
  itemId: itemId(product),
  occurredAt: at - end,
  ...(basket === '' ? {} : { orderId: `basket-${basket}` }),
  ...(quantity === 1 ? {} : { quantity }),
  amount,
  currency: 'USD',
});
