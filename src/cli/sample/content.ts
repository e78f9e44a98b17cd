import { CONTENT_STYLES, type ContentStyle } from '../../core/item.js';
import { type Random } from '../../core/random.js';
import { between, happens, pick, pickSeveral, pickWeighted, waiting } from './chance.js';
import { CREATORS, type Creator, LIVE_TITLES, TITLES } from './creators.js';
import { type ChosenProduct, type SampleLine, itemId } from './selection.js';

const DAY = 86_400;
const PIECES_EACH = { low: 6, high: 13 };
const LIVES = 6;
const MEAN_AGE_DAYS = 40;
const SPONSORED_SHARE = 0.12;
const BY_MACHINE_SHARE = 0.05;
const VIDEO_SHARE = 0.35;

/** A made-up piece of content about real products. */
export interface Piece {
  id: string;
  kind: 'NOTE' | 'VIDEO' | 'LIVE';
  creator: Creator;
  style: ContentStyle;
  title: string;
  products: ChosenProduct[];
  /** Seconds relative to the end of the data. */
  createdAt: number;
  availableUntil?: number;
  durationMs?: number;
  sponsored: boolean;
  aiGenerated: boolean;
}

/** Notes and videos of every creator, and a few live shows that are on or begin soon. */
export function inventPieces(random: Random, products: ChosenProduct[], start: number): Piece[] {
  const pieces: Piece[] = [];
  const nextId = () => `gen-content-${String(pieces.length + 1).padStart(3, '0')}`;
  const stocked = CREATORS.filter((creator) => productsOf(creator, products).length >= 2);
  for (const creator of stocked) {
    const count = between(random, PIECES_EACH.low, PIECES_EACH.high);
    for (let i = 0; i < count; i++) pieces.push(inventPiece(random, nextId(), creator, productsOf(creator, products), start));
  }
  for (const creator of pickSeveral(random, stocked, LIVES, () => 1)) {
    const piece = inventPiece(random, nextId(), creator, productsOf(creator, products), start);
    const title = fill(pick(random, suited(LIVE_TITLES, creator)), piece.products);
    pieces.push({
      ...piece,
      kind: 'LIVE',
      style: 'SOCIAL',
      title,
      createdAt: -between(random, 1, 20) * 3600,
      availableUntil: between(random, 2, 7) * DAY,
      durationMs: undefined,
    });
  }
  return pieces;
}

export const productsOf = ({ topics }: Creator, products: ChosenProduct[]): ChosenProduct[] =>
  products.filter(({ path }) => path.some((name) => topics.includes(name)));

function inventPiece(random: Random, id: string, creator: Creator, products: ChosenProduct[], start: number): Piece {
  const first = pickWeighted(random, products, ({ sales }) => sales);
  const others = products.filter((product) => product.path.at(-1) !== first.path.at(-1));
  const further = pickSeveral(random, others.length > 0 ? others : products, between(random, 1, 3), ({ sales }) => sales);
  const about = [first, ...further.filter((product) => product !== first)];
  const style = pick(random, CONTENT_STYLES);
  const kind = happens(random, VIDEO_SHARE) ? 'VIDEO' : 'NOTE';
  const age = Math.min(waiting(random, MEAN_AGE_DAYS * DAY), -start);
  return {
    id,
    kind,
    creator,
    style,
    title: fill(pick(random, suited(TITLES[style], creator)), about),
    products: about,
    createdAt: -Math.max(3600, Math.round(age)),
    sponsored: happens(random, SPONSORED_SHARE),
    aiGenerated: happens(random, BY_MACHINE_SHARE),
    ...(kind === 'VIDEO' ? { durationMs: between(random, 20, 240) * 1000 } : {}),
  };
}

function fill(template: string, [first, second = first]: ChosenProduct[]): string {
  const [a, b] = [first, second].map(({ path }) => lowerFirst(path.at(-1)!));
  return template
    .replace('{a}', a)
    .replace('{A}', a.charAt(0).toUpperCase() + a.slice(1))
    .replace('{b}', b);
}

const suited = ({ anything, food }: { anything: readonly string[]; food: readonly string[] }, { onFood }: Creator): readonly string[] =>
  onFood ? [...anything, ...food] : anything;

const PROPER =
  /^([A-Z]{2}|Angel|Angus|Anjou|Asian|Bartlett|Bosc|Braeburn|Easter|Fuji|Gala|Golden|Granny|Italian|Mexican|Red Delicious|Roma|South|Vienna)/;

/** The first letter small, but for the names of places, sorts and the like. */
const lowerFirst = (text: string): string => (PROPER.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));

export const pieceLine = ({
  id,
  kind,
  creator,
  style,
  title,
  products,
  createdAt,
  availableUntil,
  durationMs,
  sponsored,
  aiGenerated,
}: Piece): SampleLine => ({
  id,
  kind,
  title,
  categories: products[0].path,
  creatorId: creator.id,
  labels: ['generated', ...(sponsored ? ['sponsored'] : [])],
  style,
  ...(sponsored ? { commercial: true } : {}),
  ...(aiGenerated ? { aiGenerated } : {}),
  productIds: products.map((product) => itemId(product.id)),
  ...(durationMs === undefined ? {} : { durationMs }),
  createdAt,
  ...(availableUntil === undefined ? {} : { availableUntil }),
});

export const creatorLine = ({ id, name }: Creator, start: number): SampleLine => ({
  id,
  joinedAt: start,
  attributes: { name, generated: true },
});
