import { mostMoved, POPULARITY_HALF_LIFE_MS, PopularityColumns } from '../../candidates/popularity.js';
import { type SuspicionCode } from '../../events/authenticity/judge.js';
import { Judges } from '../../events/authenticity/judges.js';
import { type LedgerEvent } from '../../events/event.js';
import { aucOf } from '../../tags/churn.js';
import { attackOf, type Battlefield, type Botnet, BOTNETS } from './botnets.js';
import { type Counted, type FeedPlaces, type FeedsUnderAttack } from './feed-places.js';

export interface CleanRow {
  people: number;
  /** Of at least 20 acts. */
  judged: number;
  /** Whose acts count for less than one. */
  discounted: number;
  ignored: number;
  reasons: Map<SuspicionCode, number>;
}

export interface BotnetRow {
  botnet: Botnet;
  bots: number;
  /** Share of all events that the attack is, 0..1. */
  traffic: number;
  /** Chance that a bot is more suspect than somebody of the people who are judged. */
  auc: number;
  /** Null where the source tells no feeds of people. */
  feeds: FeedPlaces | null;
  /** Whose acts count for nothing in the end, and how many acts the middle one of them had done until then. */
  detected: number;
  actsUntilDetected: number;
  /** People who were found clean without the attack and are discounted with it. */
  harmed: number;
  /** Place of the target by popularity, from 1: without the attack, with it while nobody is judged, and as the service counts. */
  rankBefore: number;
  rankUnjudged: number;
  rankJudged: number;
  /** How far the attack moved popularity, in clicks, and the most that so many actors can add. */
  added: number;
  bound: number;
}

export interface AuthenticityReport {
  dataset: string;
  events: number;
  clean: CleanRow;
  botnets: BotnetRow[];
  /** Of the bots of all botnets. */
  auc: number;
}

const SKETCHES = 100_000;
const LEAST_ACTS = 20;
/** What is taken back leaves a trace of this size. */
const ROUNDING = 1e-9;

interface Run {
  judges: Judges;
  popularity: PopularityColumns;
  /** Acts of each actor when his weight last became 0. */
  fellAfter: Map<string, number>;
  acts: Map<string, number>;
}

const countedBy = ({ popularity, judges }: Run): Counted => ({ popularity, weightOf: (userId) => judges.weightOf(userId) });

function replay(events: Iterable<LedgerEvent>, isJudged: boolean): Run {
  const judges = new Judges(SKETCHES);
  const popularity = new PopularityColumns();
  const run: Run = { judges, popularity, fellAfter: new Map(), acts: new Map() };
  for (const event of events) {
    run.acts.set(event.userId, (run.acts.get(event.userId) ?? 0) + 1);
    if (isJudged)
      for (const [userId, { before, after }] of judges.observe(event)) {
        popularity.reweigh(userId, before, after);
        if (after === 0) run.fellAfter.set(userId, run.acts.get(userId) ?? 0);
        else run.fellAfter.delete(userId);
      }
    if (event.attribution !== 'ORPHAN') popularity.observe(event, judges.weightOf(event.userId));
  }
  return run;
}

function cleanRow({ judges, acts }: Run): CleanRow {
  const users = [...acts].filter(([, count]) => count >= LEAST_ACTS).map(([userId]) => userId);
  const reasons = new Map<SuspicionCode, number>();
  const discounted = [...acts.keys()].filter((userId) => judges.weightOf(userId) < 1);
  for (const userId of discounted)
    for (const { code } of judges.judgementOf(userId).reasons) reasons.set(code, (reasons.get(code) ?? 0) + 1);
  return {
    people: acts.size,
    judged: users.length,
    discounted: discounted.length,
    ignored: discounted.filter((userId) => judges.weightOf(userId) === 0).length,
    reasons,
  };
}

/** Place of an item among `items`, from 1; of equals the mean place, so that an item nobody touched stands amid its like. */
function rankOf(popularity: PopularityColumns, target: number, items: number): number {
  const value = popularity.orderOf(target);
  let above = 0;
  let equal = 0;
  for (let no = 0; no < items; no++) {
    const other = popularity.orderOf(no);
    if (Math.abs(other - value) <= ROUNDING * Math.max(other, value)) equal++;
    else if (other > value) above++;
  }
  return Math.round(above + (equal + 1) / 2);
}

function merge(a: readonly LedgerEvent[], b: readonly LedgerEvent[]): LedgerEvent[] {
  return [...a, ...b].sort((x, y) => x.occurredAt - y.occurredAt || x.writer - y.writer || x.seq - y.seq);
}

interface Suspects {
  suspicions: number[];
  areBots: boolean[];
}

/** How suspect bots and people of enough acts are, 0..1. */
function suspectsOf({ judges, acts }: Run, isBot: (userId: string) => boolean): Suspects {
  const judged = [...acts].filter(([userId, count]) => isBot(userId) || count >= LEAST_ACTS).map(([userId]) => userId);
  const suspicionOf = (userId: string): number => {
    const { reasons, score } = judges.judgementOf(userId);
    return reasons.length === 0 ? 0 : 1 - score;
  };
  return { suspicions: judged.map(suspicionOf), areBots: judged.map(isBot) };
}

/** Bots of a kind whose acts come to a share of some events; never fewer than two. */
function botsFor(botnet: Botnet, share: number, events: number, field: Omit<Battlefield, 'bots'>): number {
  return Math.max(2, Math.round((share * events) / attackOf(botnet, { ...field, bots: 1 }).length));
}

/** How large botnets are: so many bots each, or bots for a share of the events, 0..1. */
export type AttackSize = { bots: number } | { share: number };

/**
 * Inject five botnets, one at a time, into the events of people, and see whom the judges find and where the target ends up.
 *
 * @param events of people, in order of time
 * @param items  numbers of items go below this
 * @param feeds  of people; left out where there are none
 */
export async function measureAuthenticity(
  { dataset, events, items, feeds }: { dataset: string; events: readonly LedgerEvent[]; items: number; feeds?: FeedsUnderAttack },
  size: AttackSize,
): Promise<AuthenticityReport> {
  const clean = replay(events, true);
  const end = events[events.length - 1].occurredAt;
  const ranked = Array.from({ length: items }, (_, no) => no).sort(
    (a, b) => clean.popularity.orderOf(b) - clean.popularity.orderOf(a) || a - b,
  );
  const [hot, target] = [ranked[0], ranked[Math.floor(items / 2)]];
  const rankBefore = rankOf(clean.popularity, target, items);
  const all: Suspects = { suspicions: [], areBots: [] };
  const botnets: BotnetRow[] = [];
  for (const [i, botnet] of BOTNETS.entries()) {
    const field = { target, hot, items, end, seed: i + 1 };
    const bots = 'bots' in size ? size.bots : botsFor(botnet, size.share, events.length, field);
    const attacked = merge(events, attackOf(botnet, { ...field, bots }));
    const isBot = (userId: string): boolean => userId.startsWith(`${botnet}:`);
    const last = attacked[attacked.length - 1].occurredAt;
    const [unjudged, judged] = [replay(attacked, false), replay(attacked, true)];
    const names = Array.from({ length: bots }, (_, bot) => `${botnet}:${bot}`);
    const found = names.filter((name) => judged.judges.weightOf(name) === 0);
    const after = found.map((name) => judged.fellAfter.get(name) ?? 0).sort((a, b) => a - b);
    const people = [...clean.acts.keys()];
    const { suspicions, areBots } = suspectsOf(judged, isBot);
    all.suspicions = all.suspicions.concat(suspicions);
    all.areBots = all.areBots.concat(areBots);
    botnets.push({
      botnet,
      bots,
      traffic: 1 - events.length / attacked.length,
      auc: aucOf(suspicions, areBots),
      feeds: (await feeds?.compare(countedBy(clean), countedBy(judged), attacked, { target, isBot })) ?? null,
      detected: found.length,
      actsUntilDetected: after[Math.floor(after.length / 2)] ?? 0,
      harmed: people.filter((userId) => clean.judges.weightOf(userId) === 1 && judged.judges.weightOf(userId) < 1).length,
      rankBefore,
      rankUnjudged: rankOf(unjudged.popularity, target, items),
      rankJudged: rankOf(judged.popularity, target, items),
      added: Math.abs(judged.popularity.at(target, last) - clean.popularity.at(target, last)),
      bound: mostMoved(bots, POPULARITY_HALF_LIFE_MS),
    });
  }
  return { dataset, events: events.length, clean: cleanRow(clean), botnets, auc: aucOf(all.suspicions, all.areBots) };
}
