import { type UserAttributes } from '../../user.js';

export type Group = readonly [group: string, value: string];

const AGE_BANDS: readonly [below: number, name: string][] = [
  [18, 'under 18'], [25, '18-24'], [35, '25-34'], [45, '35-44'], [55, '45-54'], [Infinity, '55 and over'],
]; // prettier-ignore
const NEW_BELOW_DAYS = 30;

/** Groups that a user belongs to by what the storefront said of him; what it did not say puts him in none. */
export function groupsOfAttributes(attributes: UserAttributes | null, year: number): Group[] {
  if (!attributes) return [];
  const { region, gender, birthYear } = attributes;
  const groups: Group[] = [];
  if (region) groups.push(['region', region]);
  if (gender) groups.push(['gender', gender]);
  if (birthYear !== null) groups.push(['age', AGE_BANDS.find(([below]) => year - birthYear < below)![1]]);
  return groups;
}

/** Features of a user as they were when he was served; what was not logged is NaN. */
export interface ServedUser {
  /** ln(1 + hours) */
  idle: number;
  /** ln(1 + orders) */
  orders: number;
  /** ln(1 + days) */
  tenure: number;
  /** ln(1 + events) */
  activity: number;
}

export const SERVED_USER = {
  idle: 'user.idle_log@1',
  orders: 'user.orders_log@1',
  tenure: 'user.tenure_log@1',
  activity: 'user.activity@1',
} as const satisfies Record<keyof ServedUser, string>;

/** Groups that a user belonged to when he was served: where he stood (as tags say it) and whether he had come in the 30 days before. */
export function groupsOfServed(served: ServedUser): Group[] {
  const [idleHours, orders, tenureDays, events] = [served.idle, served.orders, served.tenure, served.activity].map(Math.expm1);
  const groups: Group[] = [];
  if (!Number.isNaN(tenureDays)) groups.push(['tenure', tenureDays < NEW_BELOW_DAYS || events === 0 ? 'new' : 'established']);
  if ([idleHours, orders, tenureDays, events].some(Number.isNaN)) return groups;
  const idleDays = idleHours / 24;
  const isNew = tenureDays < 14 || events < 5;
  const lifecycle =
    events === 0 ? 'NEW' : idleDays >= 90 ? 'LEAVING' : idleDays >= 30 ? 'SLEEPING' : orders >= 3 ? 'LOYAL' : isNew ? 'NEW' : 'ACTIVE';
  return [...groups, ['lifecycle', lifecycle]];
}
