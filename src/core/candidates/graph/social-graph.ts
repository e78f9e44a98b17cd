import { decayedValue, HALF_LIFE_MS } from '../../tags/decayed.js';
import { SocialEdges } from './social-edges.js';
import { HALF_INFLUENCE, noStandings, type Standings } from './standing.js';

/** Followers that a newcomer's influence is read from, and members of a circle that are suggested. */
const LOOKED_AT = 200;

/**
 * Where people stand among each other. Ties are current; circles, influence and bridges are those of the last build, read off the neighbours for who is
 * new since.
 */
export interface GraphView {
  readonly edges: Pick<SocialEdges, 'followeesOf' | 'followersOf' | 'strength' | 'size'>;
  /** Name of the interest circle, null for none. */
  circleOf(userId: string): string | null;
  /** 0..1: how many follow, and how much their ties mean. */
  influenceOf(userId: string): number;
  /** 0 within one circle to nearly 1 between many. */
  bridgeOf(userId: string): number;
  /** Share of those followed who follow back, 0..1. */
  reciprocityOf(userId: string): number;
  /** The most influential of a circle, and of everybody; best first, at most 200. */
  leadersOf(circle: string): readonly string[];
  leaders(): readonly string[];
}

/** The graph of a process: ties kept current by every event, standings taken over whole. */
export class SocialGraph implements GraphView {
  readonly edges = new SocialEdges();
  private standings = noStandings();
  private numberOf = new Map<string, number>();
  private names: ReadonlyMap<number, string> = new Map();
  private leadersByCircle = new Map<string, string[]>();
  private all: string[] = [];

  /** @param isShared whether the ties of a user may be used */
  constructor(private readonly isShared: (userId: string) => boolean = () => true) {}

  /** Take over what was built. @param names of the circles, by number */
  replace(standings: Standings, names: ReadonlyMap<number, string>): void {
    this.standings = standings;
    this.names = names;
    this.numberOf = new Map(standings.users.map((userId, no) => [userId, no]));
    const byInfluence = Array.from(standings.influence.keys()).sort((a, b) => standings.influence[b] - standings.influence[a] || a - b);
    this.all = byInfluence.slice(0, LOOKED_AT).map((no) => standings.users[no]);
    this.leadersByCircle = new Map();
    for (const no of byInfluence) {
      const name = names.get(standings.circles[no]);
      if (name === undefined) continue;
      const leaders = this.leadersByCircle.get(name);
      if (!leaders) this.leadersByCircle.set(name, [standings.users[no]]);
      else if (leaders.length < LOOKED_AT) leaders.push(standings.users[no]);
    }
  }

  circleOf(userId: string): string | null {
    const no = this.numberOf.get(userId);
    if (no !== undefined) return this.names.get(this.standings.circles[no]) ?? null;
    // A newcomer belongs where most of those are whom he follows.
    const votes = new Map<string, number>();
    for (const [followee, tie] of this.isShared(userId) ? this.edges.followeesOf(userId) : []) {
      const known = this.numberOf.get(followee);
      const circle = known === undefined ? undefined : this.names.get(this.standings.circles[known]);
      if (circle !== undefined) votes.set(circle, (votes.get(circle) ?? 0) + decayedValue(tie, tie.at, HALF_LIFE_MS.tie));
    }
    let best: string | null = null;
    for (const [circle, weight] of votes) if (best === null || weight > votes.get(best)!) best = circle;
    return best;
  }

  influenceOf(userId: string): number {
    const no = this.numberOf.get(userId);
    if (no !== undefined) return this.standings.influence[no];
    let [followers, looked] = [0, 0];
    for (const follower of this.edges.followersOf(userId)) {
      if (looked++ >= LOOKED_AT) break;
      if (this.isShared(follower)) followers++;
    }
    return followers / (followers + HALF_INFLUENCE);
  }

  bridgeOf(userId: string): number {
    const no = this.numberOf.get(userId);
    return no === undefined ? 0 : this.standings.bridge[no];
  }

  reciprocityOf(userId: string): number {
    const followees = this.edges.followeesOf(userId);
    const followers = this.edges.followersOf(userId);
    let mutual = 0;
    for (const followee of followees.keys()) if (followers.has(followee)) mutual++;
    return followees.size === 0 ? 0 : mutual / followees.size;
  }

  leadersOf(circle: string): readonly string[] {
    return this.leadersByCircle.get(circle) ?? [];
  }
  leaders(): readonly string[] {
    return this.all;
  }
}

export const noGraph = (): GraphView => new SocialGraph();
