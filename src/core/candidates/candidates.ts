import { type CandidateSet } from './candidate-set.js';
import { fatigue } from './filters.js';
import { type Signals } from './signals.js';

/** What may be shown: columns of equal length, one row per candidate, in the order of item numbers. */
export interface Candidates {
  itemNos: Uint32Array;
  /** Provenance bits. */
  sources: Uint16Array;
  /** 1 for what was shown too often and is here only because there is too little else. */
  fatigued: Uint8Array;
  /** The caller's own scores, 0..1, and his order; null where he brought no candidates. */
  prior: { scores: Float32Array; order: Uint32Array } | null;
  evidence: CandidateEvidence;
}

/** What speaks strongest for each candidate; -1 is nothing. */
export interface CandidateEvidence {
  /** Item of the user's to which it is similar. */
  similar: Int32Array;
  /** Item of the user's to which it is linked as content is to the goods that it names. */
  linked: Int32Array;
  /** Item of the user's with which it is bought. */
  together: Int32Array;
  /** Item of the basket to which it relates. */
  basket: Int32Array;
  /** Place in `friends` of whoever bought it. */
  boughtBy: Int32Array;
  /** Place in `friends` of whoever liked it. */
  likedBy: Int32Array;
}

/** Bring kept candidates into columns, with the evidence that must not be looked up later. */
export function candidatesOf(signals: Signals, proposed: CandidateSet, kept: Uint32Array): Candidates {
  const itemNos = kept.slice().sort();
  const { similar, linked, together, basket, friendsBought, friendsLiked } = signals.evidence;
  const sources = new Uint16Array(itemNos.length);
  for (let row = 0; row < itemNos.length; row++) sources[row] = proposed.sourcesOf(itemNos[row]);
  return {
    itemNos,
    sources,
    fatigued: fatiguedOf(signals, itemNos),
    prior: priorOf(signals, itemNos),
    evidence: {
      similar: similar.evidenceOf(itemNos),
      linked: linked.evidenceOf(itemNos),
      together: together.evidenceOf(itemNos),
      basket: basket.evidenceOf(itemNos),
      boughtBy: friendsBought.evidenceOf(itemNos),
      likedBy: friendsLiked.evidenceOf(itemNos),
    },
  };
}

function fatiguedOf(signals: Signals, itemNos: Uint32Array): Uint8Array {
  const fatigued = new Uint8Array(itemNos.length);
  if (!fatigue.applies(signals)) return fatigued;
  for (let row = 0; row < itemNos.length; row++) fatigued[row] = Number(!fatigue.keep(signals, itemNos[row]));
  return fatigued;
}

function priorOf({ request: { candidates } }: Signals, itemNos: Uint32Array): Candidates['prior'] {
  if (!candidates) return null;
  const placeByItem = new Map(Array.from(candidates.itemNos, (no, place) => [no, place]));
  const order = Uint32Array.from(itemNos, (no) => placeByItem.get(no)!);
  return { scores: Float32Array.from(order, (place) => candidates.prior[place]), order };
}
