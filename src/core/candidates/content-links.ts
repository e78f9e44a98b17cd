import { placeIn } from './postings.js';

const NONE: readonly number[] = [];

/** Which content names which goods: by the id of the goods, since they may come to the shop after what is said of them. Removed content names nothing. */
export class ContentLinks {
  private readonly contentById = new Map<string, number[]>();

  get isEmpty(): boolean {
    return this.contentById.size === 0;
  }

  /** Content that names an item, in the order of numbers, so that the newest comes last. */
  of(itemId: string): readonly number[] {
    return this.contentById.get(itemId) ?? NONE;
  }

  /** Content named some goods, by their ids, and now names others. */
  put(contentNo: number, before: readonly string[], after: readonly string[]): void {
    for (const id of before) this.remove(id, contentNo);
    for (const id of after) this.add(id, contentNo);
  }

  private add(itemId: string, contentNo: number): void {
    const content = this.contentById.get(itemId) ?? [];
    this.contentById.set(itemId, content);
    const place = placeIn(content, contentNo);
    if (content[place] !== contentNo) content.splice(place, 0, contentNo);
  }

  private remove(itemId: string, contentNo: number): void {
    const content = this.contentById.get(itemId) ?? [];
    const place = placeIn(content, contentNo);
    if (content[place] === contentNo) content.splice(place, 1);
    if (content.length === 0) this.contentById.delete(itemId);
  }
}
