import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import { type BlockAnswer } from '../app/answers.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** What the shop takes down, and puts back. */
@Resolver()
export class BlockResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('blocks')
  blocks(_parent: unknown, { active }: { active: boolean }): Promise<BlockAnswer[]> {
    return this.app.blocks(active);
  }
  @Mutation('block')
  block(_parent: unknown, { input }: { input: RawInput }, { actor }: EdgeContext): Promise<BlockAnswer> {
    return this.app.block(input, actor);
  }
  @Mutation('unblock')
  unblock(_parent: unknown, args: { id: string; reason: string }, { actor }: EdgeContext): Promise<BlockAnswer> {
    return this.app.unblock(args, actor);
  }
}
