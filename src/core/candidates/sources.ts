/** Where a candidate came from, in the order of their provenance bits. */
export const CANDIDATE_SOURCES = [
  'FRIENDS', 'CREATORS', 'SIMILAR', 'BOUGHT_TOGETHER', 'AFFINITY', 'EMBEDDING', 'TRENDING', 'FRESH', 'WIDENING', 'CALLER',
] as const; // prettier-ignore
export type CandidateSource = (typeof CANDIDATE_SOURCES)[number];

export const sourceBit = (source: CandidateSource): number => 1 << CANDIDATE_SOURCES.indexOf(source);

/** The sources in a set of provenance bits, in the order of the enumeration. */
export const sourcesOf = (bits: number): CandidateSource[] => CANDIDATE_SOURCES.filter((_, i) => bits & (1 << i));
