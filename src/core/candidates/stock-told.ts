import { type Catalogue } from './catalogue.js';

/** A stock, and when it was told (epoch ms). */
export type StockTold = [itemNo: number, stock: number, toldAt: number];

/** Stocks of 1 to `most` that were told after an instant (epoch ms). */
export function stockTold({ size, stock, stockToldAt }: Catalogue, most: number, since: number): StockTold[] {
  const told: StockTold[] = [];
  for (let no = 0; no < size; no++)
    if (stock[no] >= 1 && stock[no] <= most && stockToldAt[no] > since) told.push([no, stock[no], stockToldAt[no]]);
  return told;
}

/** Remember when stocks were told that are the same still, and of which nothing later is known. */
export function retellStock({ size, stock, stockToldAt }: Catalogue, told: readonly StockTold[]): void {
  for (const [no, was, toldAt] of told) if (no < size && stock[no] === was && Number.isNaN(stockToldAt[no])) stockToldAt[no] = toldAt;
}
