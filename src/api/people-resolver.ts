import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App } from '../app/app.js';
import { type ConsentAnswer, type DataHeldAnswer, type ErasureReceiptAnswer, type UserProfileAnswer } from '../app/answers.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

type Profile = Promise<UserProfileAnswer>;

/** What a storefront calls for its users: their decisions, their accounts, and what is held on them. */
@Resolver()
export class PeopleResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('dataHeld')
  dataHeld(_parent: unknown, { userId }: { userId: string }): Promise<DataHeldAnswer> {
    return this.app.dataHeld(userId);
  }

  @Mutation('setConsent')
  setConsent(_parent: unknown, args: Parameters<App['setConsent']>[0], { actor }: EdgeContext): Promise<ConsentAnswer> {
    return this.app.setConsent(args, actor);
  }
  @Mutation('mute')
  mute(_parent: unknown, args: Parameters<App['mute']>[0], { actor }: EdgeContext): Profile {
    return this.app.mute(args, actor);
  }
  @Mutation('setBreadth')
  setBreadth(_parent: unknown, args: Parameters<App['setBreadth']>[0], { actor }: EdgeContext): Profile {
    return this.app.setBreadth(args, actor);
  }

  @Mutation('unmute')
  unmute(_parent: unknown, args: Parameters<App['unmute']>[0], { actor }: EdgeContext): Profile {
    return this.app.unmute(args, actor);
  }
  @Mutation('resetInterests')
  resetInterests(_parent: unknown, { userId }: { userId: string }, { actor }: EdgeContext): Profile {
    return this.app.resetInterests(userId, actor);
  }
  @Mutation('linkIdentities')
  linkIdentities(_parent: unknown, args: Parameters<App['linkIdentities']>[0], { actor }: EdgeContext): Profile {
    return this.app.linkIdentities(args, actor);
  }
  @Mutation('unlinkIdentity')
  unlinkIdentity(_parent: unknown, args: Parameters<App['unlinkIdentity']>[0], { actor }: EdgeContext): Profile {
    return this.app.unlinkIdentity(args, actor);
  }
  @Mutation('mergeVisitor')
  mergeVisitor(_parent: unknown, args: Parameters<App['mergeVisitor']>[0], { actor }: EdgeContext): Profile {
    return this.app.mergeVisitor(args, actor);
  }
  @Mutation('eraseUser')
  eraseUser(_parent: unknown, { userId }: { userId: string }): Promise<ErasureReceiptAnswer> {
    return this.app.eraseUser(userId);
  }
}
