import { type App, type RawInput } from '../app/app.js';
import { type BatchResult, type FeedAnswer, type FollowSuggestionAnswer, type ItemAnswer, type UserProfileAnswer } from '../app/answers.js';
import { type EdgeContext, noteBatch, noteFeed } from './request-facts.js';

type Input = { input: RawInput };

type Resolve<I, O> = (parent: unknown, args: I, context: EdgeContext) => O | Promise<O>;
type Pages = 'feed' | 'rank' | 'related';

const page =
  (app: App, kind: Pages): Resolve<Input, FeedAnswer> =>
  async (_parent, { input }, { facts }) =>
    noteFeed(facts, app, kind, input, await app[kind](input));

/** What a storefront calls, as plain functions: the way through Nest, which gives them nothing, took a twentieth of the edge's time. */
export function storefrontResolvers(app: App) {
  const batch =
    <N extends string>(
      name: N,
      of: string,
      record: (entries: RawInput[]) => Promise<BatchResult>,
    ): Resolve<Record<N, RawInput[]>, BatchResult> =>
    async (_parent, args, { facts }) =>
      noteBatch(facts, of, await record(args[name]));
  const removeItems: Resolve<{ ids: string[] }, BatchResult> = async (_parent, { ids }, { facts }) =>
    noteBatch(facts, 'removals', await app.removeItems(ids));
  const suggestFollows: Resolve<Input, FollowSuggestionAnswer[]> = (_parent, { input }) => app.suggestFollows(input);
  const item: Resolve<{ id: string }, ItemAnswer | null> = (_parent, { id }) => app.item(id);
  const userProfile: Resolve<{ userId: string }, UserProfileAnswer> = (_parent, { userId }) => app.userProfile(userId);
  return {
    Query: { feed: page(app, 'feed'), rank: page(app, 'rank'), related: page(app, 'related'), suggestFollows, item, userProfile },
    Mutation: {
      recordEvents: batch('events', 'events', (events) => app.recordEvents(events)),
      upsertItems: batch('items', 'items', (items) => app.upsertItems(items)),
      updateItems: batch('items', 'patches', (items) => app.updateItems(items)),
      removeItems,
      upsertUsers: batch('users', 'users', (users) => app.upsertUsers(users)),
    },
  };
}
