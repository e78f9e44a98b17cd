/** How the text of a column becomes a value of the public input. Text that does not fit is sent as it is: the service rejects it by name. */
type ColumnType = 'text' | 'number' | 'flag' | 'list' | 'time';
export type Columns = Readonly<Record<string, ColumnType>>;

export const ITEM_COLUMNS: Columns = {
  id: 'text', kind: 'text', title: 'text', categories: 'list', brand: 'text', creatorId: 'text', price: 'number', currency: 'text', stock: 'number',
  labels: 'list', style: 'text', commercial: 'flag', aiGenerated: 'flag', productIds: 'list', regions: 'list', geohash: 'text', minAge: 'number',
  durationMs: 'number', repurchaseDays: 'number', imageUrl: 'text', createdAt: 'time', availableUntil: 'time',
}; // prettier-ignore

export const USER_COLUMNS: Columns = { id: 'text', birthYear: 'number', gender: 'text', region: 'text', joinedAt: 'time' };

export const EVENT_COLUMNS: Columns = {
  id: 'text', type: 'text', userId: 'text', sessionId: 'text', itemId: 'text', targetUserId: 'text', exposureId: 'text', occurredAt: 'time', surface: 'text',
  platform: 'text', orderId: 'text', quantity: 'number', amount: 'number', currency: 'text', dwellMs: 'number', rating: 'number', sentiment: 'number',
  query: 'text', shareId: 'text', referrerUserId: 'text', hideScope: 'text', campaign: 'text', deviceHash: 'text',
}; // prettier-ignore

/** Names that common exports give to columns, beside the public ones in camelCase or snake_case. */
export const ALIASES = {
  items: { itemId: 'id', category: 'categories' },
  users: { userId: 'id' },
  events: { eventId: 'id', ts: 'occurredAt', basketId: 'orderId' },
  follows: { src: 'userId', dst: 'targetUserId', ts: 'occurredAt' },
} as const satisfies Record<string, Record<string, string>>;

export const camelCase = (name: string): string => name.trim().replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());

/** The moment that a cell means, epoch ms: Unix seconds or ISO 8601 with an offset. Null for anything else. */
export function readTime(cell: string): number | null {
  if (/^-?\d+(\.\d+)?$/.test(cell)) return validTime(Math.round(Number(cell) * 1000));
  if (!/^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d:?\d\d)$/i.test(cell)) return null;
  return validTime(Date.parse(cell.replace(' ', 'T')));
}

const LARGEST_TIME = 8.64e15;
const validTime = (at: number): number | null => (Math.abs(at) <= LARGEST_TIME ? at : null);

/** A value for one cell that is not empty. `shiftMs` moves every time by the same amount. */
export function readCell(cell: string, type: ColumnType, shiftMs: number): unknown {
  switch (type) {
    case 'text':
      return cell;
    case 'number':
      return Number.isFinite(Number(cell)) ? Number(cell) : cell;
    case 'flag':
      return cell === 'true' || cell === '1' ? true : cell === 'false' || cell === '0' ? false : cell;
    case 'list':
      return cell.split('|').filter((part) => part !== '');
    case 'time': {
      const at = readTime(cell);
      return at === null ? cell : isoTime(at + shiftMs);
    }
  }
}

/** ISO 8601 in UTC; a number beyond what a date can hold stays a number, for the service to reject. */
export const isoTime = (at: number): string | number => (validTime(at) === null ? at : new Date(at).toISOString());
