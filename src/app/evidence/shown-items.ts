import {
  groupsOfAttributes,
  groupsOfServed,
  type Group,
  SERVED_USER,
  type ServedUser,
} from '../../core/evaluation/fairness/user-groups.js';
import { exposureId, type Page, type PlacedItem } from '../../core/exposures/exposure.js';
import { labelsOf } from '../../core/exposures/labels.js';
import { type UserAttributes } from '../../core/user.js';
import { type ExportedOutcome, type ExportedPage } from '../../ports/exposure-exports.js';

const REPORTED: ReadonlySet<string> = new Set(['RENDERED', 'IMPRESSION', 'CLICK']);

/** What counts as shown of a page: what was reported as rendered, seen or clicked, or everything where nothing was. */
export function shownOf({ page, outcomes }: ExportedPage): { placed: PlacedItem; clicked: boolean }[] {
  const byExposure = new Map<string, ExportedOutcome[]>();
  for (const outcome of outcomes) byExposure.set(outcome.exposureId, [...(byExposure.get(outcome.exposureId) ?? []), outcome]);
  const rows = page.placed.map((placed) => {
    const own = byExposure.get(exposureId(page.feedId, placed.position)) ?? [];
    const isReported = own.some(({ type }) => REPORTED.has(type));
    return { placed, isReported, clicked: labelsOf(page.servedAt, own).click.label === 1 };
  });
  const anything = rows.some(({ isReported }) => isReported);
  return rows.filter(({ isReported }) => isReported || !anything).map(({ placed, clicked }) => ({ placed, clicked }));
}

/** Groups of the user of a page, by what is known of him and by what was known when he was served. */
export function groupsOfPage({ featureNames, features, servedAt }: Page, attributes: UserAttributes | null): Group[] {
  const named = Object.entries(SERVED_USER).map(([field, name]) => {
    const column = featureNames.indexOf(name);
    return [field, column < 0 ? NaN : features[column]] as const; // features of the user are the same in every row
  });
  const year = new Date(servedAt).getUTCFullYear();
  return [...groupsOfAttributes(attributes, year), ...groupsOfServed(Object.fromEntries(named) as unknown as ServedUser)];
}
