import { categoryGroups } from '../../diversification/cocoon/category-groups.js';
import { type CocoonBaseline, type CocoonMeasure, measureCocoon } from '../../diversification/cocoon/cocoon-index.js';
import { describeGenericFeed, type GenericFeed } from '../../diversification/cocoon/generic-feed.js';
import { cocoonNow } from '../../diversification/cocoon/cocoon-now.js';
import { isControlled } from '../../diversification/cocoon/controller.js';
import { type BuiltPage, type PageInputs } from '../../page.js';
import { PURPOSES } from '../../privacy/purposes.js';
import { hash32, seededRandom } from '../../random.js';
import { type RankingSettings } from '../../settings.js';
import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { emptyState, type UserState } from '../../tags/state.js';
import { DAY_MS, localHour } from '../../time.js';
import { configOf } from '../service-methods.js';
import { type DayCount, DayCounter } from './day-counter.js';
import { type LoopCount, LoopWatch } from './loop-watch.js';
import { Mind, type Strengths } from './mind.js';
import { type Policy } from './policies.js';
import { SimulatedShop } from './simulated-shop.js';
import { type World } from './world.js';

/** How a page is made. */
export type BuildPage = (inputs: PageInputs) => Promise<BuiltPage>;

export interface Scenario {
  strengths: Strengths;
  days: number;
  /** Of chance; the world has its own. */
  seed: number;
  /** Cards of a page. */
  first: number;
  /** Tables of neighbours are made anew after so many days. */
  learnsEvery: number;
}

/** What one citizen was shown and did, at the end. */
export interface CitizenResult {
  userId: string;
  isControlled: boolean;
  cocoon: CocoonMeasure;
  clicks: number;
  pages: number;
  discovered: number;
}

export interface SimulationResult {
  policy: string;
  /** What the loop did, where the policy has it. */
  loop: LoopCount;
  days: readonly DayCount[];
  citizens: readonly CitizenResult[];
}

const START = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const GENERIC_PAGES = 5;
const BASELINE_USERS = 40;

/** Everything of one run. */
interface Run {
  world: World;
  scenario: Scenario;
  policy: Policy;
  buildPage: BuildPage;
  shop: SimulatedShop;
  baseline: CocoonBaseline;
  generic: GenericFeed;
  watch: LoopWatch;
}

interface Asked extends Pick<PageInputs, 'cocoon'> {
  userId: string | null;
  state: UserState;
  now: number;
  shownOnPage?: number[];
}

function ask(
  { shop, buildPage, scenario }: Pick<Run, 'shop' | 'buildPage' | 'scenario'>,
  settings: RankingSettings,
  { userId, state, now, shownOnPage = [], cocoon }: Asked,
): Promise<BuiltPage> {
  return buildPage({
    ...(cocoon && { cocoon }),
    request: {
      kind: 'feed', surface: 'home', first: scenario.first, filter: null, region: null, geohash: null, hour: localHour(now, 'UTC'), contextItems: [],
      candidates: null, basket: null, placedBefore: [], shownOnPage,
    },
    config: configOf(settings),
    shop: shop.shop,
    state,
    user: userId === null ? null : { id: userId, birthYear: 1990, gender: null, region: null, joinedAt: null, attributes: {} },
    purposes: new Set(PURPOSES),
    now,
    random: seededRandom(hash32(`${scenario.seed} page ${userId} ${now}`)),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
  }); // prettier-ignore
}

const itemNosOf = ({ placed }: BuiltPage): number[] => placed.map(({ itemNo }) => itemNo);

/** What a feed of nobody is like on the first day, and how alike two cards of the default feeds are on average: the same for every policy. */
async function readBaseline(base: Pick<Run, 'shop' | 'buildPage' | 'scenario' | 'world'>): Promise<Pick<Run, 'baseline' | 'generic'>> {
  const { catalogue } = base.shop.shop;
  const shownOnPage: number[] = [];
  for (let page = 0; page < GENERIC_PAGES; page++)
    shownOnPage.push(...itemNosOf(await ask(base, DEFAULT_SETTINGS, { userId: null, state: emptyState(), now: START, shownOnPage })));
  const generic = describeGenericFeed(catalogue, shownOnPage, 0);
  const groupOf = categoryGroups(catalogue, 0);
  let sum = 0;
  const asked = base.world.citizens.slice(0, BASELINE_USERS);
  for (const { id } of asked) {
    const page = await ask(base, DEFAULT_SETTINGS, { userId: id, state: base.shop.stateOf(id), now: START });
    const counts = new Map<number, number>();
    for (const no of itemNosOf(page))
      counts.set(groupOf(catalogue.leafCategory[no]), (counts.get(groupOf(catalogue.leafCategory[no])) ?? 0) + 1);
    const n = page.placed.length;
    sum += [...counts.values()].reduce((pairs, count) => pairs + count * (count - 1), 0) / Math.max(1, n * (n - 1));
  }
  const makers = { generic: generic.makerCollision, mean: generic.makerCollision };
  return { generic, baseline: { categories: { generic: generic.categoryCollision, mean: sum / Math.max(1, asked.length) }, makers } };
}

/** Let people live in a shop for some days. The same arguments give the same days; chance is shared by all policies as far as their pages agree. */
export async function simulate(world: World, scenario: Scenario, policy: Policy, buildPage: BuildPage): Promise<SimulationResult> {
  const shop = new SimulatedShop(world, START);
  shop.wake(0, true);
  const run: Run = {
    world,
    scenario,
    policy,
    buildPage,
    shop,
    watch: new LoopWatch(policy.settings.diversity.relevanceBudget),
    ...(await readBaseline({ shop, buildPage, scenario, world })),
  };
  const minds = world.citizens.map((citizen) => new Mind(world, citizen, scenario.strengths));
  const tallies = world.citizens.map(() => ({ clicks: 0, pages: 0 }));
  const days: DayCount[] = [];
  for (let day = 0; day < scenario.days; day++) {
    if (day > 0) shop.wake(day, day % scenario.learnsEvery === 0);
    const counter = new DayCounter(world, day);
    for (const [i, mind] of minds.entries()) {
      const clicks = await liveADay(run, mind, i, day, counter);
      if (clicks !== null) {
        tallies[i].clicks += clicks;
        tallies[i].pages++;
      }
      mind.sleep();
    }
    const measured = world.citizens.map(({ id }) => measureCitizen(run, id));
    days.push(counter.close(measured, minds));
  }
  const citizens = world.citizens.map(({ id }, i): CitizenResult => ({
    userId: id, isControlled: policy.hasLoop && isControlled(id), cocoon: measureCitizen(run, id), ...tallies[i], discovered: minds[i].discovered.size,
  })); // prettier-ignore
  return { policy: policy.name, loop: run.watch.count(), days, citizens };
}

const measureCitizen = ({ shop, baseline, generic }: Run, userId: string): CocoonMeasure =>
  measureCocoon(shop.stateOf(userId).cocoon, baseline, categoryGroups(shop.shop.catalogue, generic.level));

/** One person's day: a visit or none. Gives the number of clicks; null where he stays away. */
async function liveADay(run: Run, mind: Mind, i: number, day: number, counter: DayCounter): Promise<number | null> {
  const { world, scenario, policy, shop, baseline, generic, watch } = run;
  const { id } = world.citizens[i];
  const random = seededRandom(hash32(`${scenario.seed} ${id} ${day}`));
  const now = START + day * DAY_MS + Math.floor(random() * 20) * HOUR_MS;
  if (random() >= mind.returning) return null;
  const state = shop.stateOf(id);
  const usual = { baseline, groupOf: categoryGroups(shop.shop.catalogue, generic.level) };
  const cocoon = policy.hasLoop ? cocoonNow(state.cocoon, usual, { breadth: 0, isControlled: isControlled(id) }) : undefined;
  const page = await ask(run, policy.settings, { userId: id, state, now, cocoon });
  watch.note(id, page.widening);
  const feedId = shop.serve(id, page, now);
  const nos = itemNosOf(page);
  const reactions = mind.look(nos, random);
  for (const { place, bought } of reactions) {
    const exposureId = `${feedId}.${place + 1}`;
    shop.tell(id, nos[place], { type: 'CLICK', at: now + 60_000, exposureId });
    if (bought) shop.tell(id, nos[place], { type: 'PURCHASE', at: now + 120_000, exposureId });
  }
  const sought = mind.search((no) => shop.isOffered(no), random);
  if (sought !== null) shop.tell(id, sought, { type: 'VIEW', at: now + 180_000 });
  counter.note(nos, reactions);
  return reactions.length;
}
