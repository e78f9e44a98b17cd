import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import { type ReplayAnswer, type WhatIfAnswer } from '../app/replays/replay-answers.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** What the log says of models and settings before they are rolled out. */
@Resolver()
export class ReplayResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('replay')
  replay(_parent: unknown, { id }: { id: string }): Promise<ReplayAnswer | null> {
    return this.app.replay(id);
  }
  @Query('whatIf')
  whatIf(_parent: unknown, args: RawInput): Promise<WhatIfAnswer> {
    return this.app.whatIf(args);
  }
  @Mutation('startReplay')
  startReplay(_parent: unknown, { input }: { input: RawInput }, { actor }: EdgeContext): Promise<ReplayAnswer> {
    return this.app.startReplay(input, actor);
  }
}
