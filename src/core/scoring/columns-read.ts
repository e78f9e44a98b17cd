import { column } from '../features/catalogue.js';
import { type RankingSettings } from '../settings.js';
import { POPULARITY_TERMS, termsOf } from './rules.js';

/** What reasons are read from, and groups that must look before anything is waited for. */
const ALWAYS = ['item.trend_log@1', 'cross.cf@1', 'cross.creator_tie@1', 'cross.basket@1', 'request.prior@1'].map(column);

/** The columns that a page needs of every candidate: those of its rules and of what takes over from them, and those that reasons are read from. */
export const columnsRead = ({ rules }: RankingSettings): number[] => [
  ...[...termsOf(rules), ...POPULARITY_TERMS].map((term) => term.column),
  ...ALWAYS,
];
