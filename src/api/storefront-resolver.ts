import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import { type BatchResult, type FeedAnswer, type FollowSuggestionAnswer, type ItemAnswer, type UserProfileAnswer } from '../app/answers.js';
import { type EdgeContext, noteBatch, noteFeed } from './request-facts.js';
import { APP } from './tokens.js';

type Input = { input: RawInput };

/**
 * What a storefront calls. Methods have the plain signature of GraphQL (parent, arguments, context): decorated parameters would send each of them
 * through a chain of pipes that there are none of, a tenth of the edge's time.
 */
@Resolver()
export class StorefrontResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('feed')
  async feed(_parent: unknown, { input }: Input, { facts }: EdgeContext): Promise<FeedAnswer> {
    return noteFeed(facts, this.app, 'feed', input, await this.app.feed(input));
  }
  @Query('rank')
  async rank(_parent: unknown, { input }: Input, { facts }: EdgeContext): Promise<FeedAnswer> {
    return noteFeed(facts, this.app, 'rank', input, await this.app.rank(input));
  }
  @Query('related')
  async related(_parent: unknown, { input }: Input, { facts }: EdgeContext): Promise<FeedAnswer> {
    return noteFeed(facts, this.app, 'related', input, await this.app.related(input));
  }
  @Query('suggestFollows')
  suggestFollows(_parent: unknown, { input }: Input): Promise<FollowSuggestionAnswer[]> {
    return this.app.suggestFollows(input);
  }
  @Query('item')
  item(_parent: unknown, { id }: { id: string }): ItemAnswer | null {
    return this.app.item(id);
  }
  @Query('userProfile')
  userProfile(_parent: unknown, { userId }: { userId: string }): Promise<UserProfileAnswer> {
    return this.app.userProfile(userId);
  }

  @Mutation('recordEvents')
  async recordEvents(_parent: unknown, { events }: { events: RawInput[] }, { facts }: EdgeContext): Promise<BatchResult> {
    return noteBatch(facts, 'events', await this.app.recordEvents(events));
  }
  @Mutation('upsertItems')
  async upsertItems(_parent: unknown, { items }: { items: RawInput[] }, { facts }: EdgeContext): Promise<BatchResult> {
    return noteBatch(facts, 'items', await this.app.upsertItems(items));
  }
  @Mutation('updateItems')
  async updateItems(_parent: unknown, { items }: { items: RawInput[] }, { facts }: EdgeContext): Promise<BatchResult> {
    return noteBatch(facts, 'patches', await this.app.updateItems(items));
  }
  @Mutation('removeItems')
  async removeItems(_parent: unknown, { ids }: { ids: string[] }, { facts }: EdgeContext): Promise<BatchResult> {
    return noteBatch(facts, 'removals', await this.app.removeItems(ids));
  }
  @Mutation('upsertUsers')
  async upsertUsers(_parent: unknown, { users }: { users: RawInput[] }, { facts }: EdgeContext): Promise<BatchResult> {
    return noteBatch(facts, 'users', await this.app.upsertUsers(users));
  }
}
