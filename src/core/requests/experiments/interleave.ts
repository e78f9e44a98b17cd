import { type BuiltPage } from '../../page.js';
import { seededRandom } from '../../random.js';
import { teamDraft } from './team-draft.js';

/** Two pages of the same request in one, and which of them each item is of. */
export interface InterleavedPage {
  built: BuiltPage;
  /** 0 or 1, a character an item. */
  teams: string;
}

/**
 * Draft one page from two. Everything that is of the whole page is the first one's. How likely an item was to stand where it stands depends on both
 * rankings and the draft, so no propensity is claimed for it, nor what widening did.
 *
 * @param seed of the feed
 * @param pageNo from 0
 */
export function interleave(
  first: BuiltPage,
  second: BuiltPage,
  { seed, pageNo, positions }: { seed: number; pageNo: number; positions: number },
): InterleavedPage {
  const pages = [first, second];
  const nosOf = ({ placed }: BuiltPage): number[] => placed.map(({ itemNo }) => itemNo);
  const { items, teams } = teamDraft(nosOf(first), nosOf(second), positions, seededRandom(seed + 7 * (pageNo + 1)));
  const begin = (first.placed[0] ?? second.placed[0])?.position ?? 1;
  const columns = first.featureNames.length;
  const features = new Float32Array(items.length * columns);
  const rows = items.map((itemNo, place) => {
    const page = pages[teams[place]];
    const row = page.placed.findIndex((placed) => placed.itemNo === itemNo);
    features.set(page.features.subarray(row * columns, (row + 1) * columns), place * columns);
    return { placed: { ...page.placed[row], position: begin + place, propensity: null }, intent: page.intents?.[row] ?? null };
  });
  const intents = rows.map(({ intent }) => intent).filter((intent) => intent !== null);
  const built: BuiltPage = {
    ...first,
    placed: rows.map(({ placed }) => placed),
    features,
    widening: null,
    intents: intents.length === rows.length ? intents : null,
    degraded: [...new Set([...first.degraded, ...second.degraded])],
    relaxed: [...new Set([...first.relaxed, ...second.relaxed])],
    modelFaults: [...first.modelFaults, ...second.modelFaults],
    hasNextPage: first.hasNextPage || second.hasNextPage,
  };
  return { built, teams: teams.join('') };
}
