import { readTime } from '../import/columns.js';
import { CommandError } from '../fault.js';
import { readRows } from '../import/rows.js';
import { type SourceKind, findSources } from '../import/sources.js';
import { type SourceProduct } from './wording.js';

export interface Product extends SourceProduct {
  id: string;
  brand: string;
  manufacturer: string;
}
export interface Purchase {
  /** Line in the source. */
  line: number;
  household: string;
  product: string;
  /** Epoch seconds. */
  at: number;
  amount: number;
  quantity: number;
  basket: string;
}
/** The source as far as a shop would show it, in its order. */
export interface History {
  products: Map<string, Product>;
  purchases: Purchase[];
  /** Columns of the demographic table, by household. */
  households: Map<string, Record<string, string>>;
}

/** Not goods, or not goods for a sample that anyone may look at. */
const LEFT_OUT_DEPARTMENTS: ReadonlySet<string> = new Set([
  '', 'FUEL', 'COUPON', 'MISCELLANEOUS', 'TRAVEL & LEISURE', 'GM MERCH EXP', 'AUTOMOTIVE', 'CNTRL/STORE SUP', 'PHOTO & VIDEO', 'FROZEN GROCERY', 'CHEF SHOPPE', 'RESTAURANT',
]); // prettier-ignore
const LEFT_OUT_CATEGORIES: ReadonlySet<string> = new Set([
  '', 'COUPON/MISC ITEMS', 'CIGARETTES', 'TOBACCO OTHER', 'CIGARS', 'TICKETS', 'PREPAID WIRELESS&ACCESSORIES', 'LONG DISTANCE CALLING CARDS', 'BOTTLE DEPOSITS', 'PHARMACY',
  'IN-STORE PHOTOFINISHING',
]); // prettier-ignore
const LEFT_OUT_TYPES: ReadonlySet<string> = new Set(['', 'MISC SALES TRANS']);
const MOST_AT_ONCE = 50; // beyond it the column counts something else than pieces

const NEEDED: SourceKind[] = ['items', 'events', 'users'];

/** Read the Complete Journey data in the layout that import reads. */
export async function readHistory(folder: string): Promise<History> {
  const sources = await findSources(folder);
  const missing = NEEDED.filter((kind) => !sources.some((source) => source.kind === kind));
  if (missing.length > 0) throw new CommandError(`${folder} lacks ${missing.join(', ')}`);
  const rowsOf = async (kind: SourceKind) => {
    const rows: { line: number; cells: Record<string, string> }[] = [];
    const source = sources.find((other) => other.kind === kind)!;
    for await (const { line, fields } of readRows(source)) rows.push({ line, cells: fields as Record<string, string> });
    return rows;
  };
  const products = new Map(
    (await rowsOf('items')).map(({ cells }) => [cells.id, productOf(cells)] as const).filter(([, product]) => isShown(product)),
  );
  const purchases = (await rowsOf('events')).map(purchaseOf).filter((purchase) => products.has(purchase.product) && isPlain(purchase));
  const households = new Map((await rowsOf('users')).map(({ cells: { id, ...attributes } }) => [id, attributes] as const));
  return { products, purchases, households };
}

const productOf = (cells: Record<string, string>): Product => ({
  id: cells.id,
  department: cells.department ?? '',
  category: cells.categories ?? '',
  productType: cells.productType ?? '',
  packageSize: cells.packageSize ?? '',
  brand: cells.brand ?? '',
  manufacturer: cells.manufacturerId ?? '',
});

const isShown = ({ department, category, productType }: Product): boolean =>
  !LEFT_OUT_DEPARTMENTS.has(department) && !LEFT_OUT_CATEGORIES.has(category) && !LEFT_OUT_TYPES.has(productType);

const purchaseOf = ({ line, cells }: { line: number; cells: Record<string, string> }): Purchase => ({
  line,
  household: cells.userId,
  product: cells.itemId ?? '',
  at: (readTime(cells.occurredAt ?? '') ?? Number.NaN) / 1000,
  amount: Number(cells.value),
  quantity: Number(cells.quantity),
  basket: cells.orderId ?? '',
});

const isPlain = ({ amount, quantity, at }: Purchase): boolean =>
  amount > 0 && quantity >= 1 && quantity <= MOST_AT_ONCE && Number.isFinite(at);
