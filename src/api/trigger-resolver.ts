import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import { type TriggerAnswer, type TriggerFiringPageAnswer } from '../app/triggers/trigger-answers.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** Rules on tags, and what came of them. */
@Resolver()
export class TriggerResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('triggers')
  triggers(): Promise<TriggerAnswer[]> {
    return this.app.triggers();
  }
  @Query('triggerFirings')
  triggerFirings(_parent: unknown, { first, after }: { first: number; after?: string | null }): Promise<TriggerFiringPageAnswer> {
    return this.app.triggerFirings(first, after ?? null);
  }

  @Mutation('saveTrigger')
  saveTrigger(_parent: unknown, { input }: { input: RawInput }, { actor }: EdgeContext): Promise<TriggerAnswer> {
    return this.app.saveTrigger(input, actor);
  }
  @Mutation('removeTrigger')
  removeTrigger(_parent: unknown, args: { id: string; reason: string }, { actor }: EdgeContext): Promise<TriggerAnswer> {
    return this.app.removeTrigger(args, actor);
  }
}
