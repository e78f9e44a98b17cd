import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import { type PrivacyBudgetAnswer, type PrivateReportAnswer } from '../app/answers.js';
import { type ExposureLoss } from '../core/exposures/exposure-loss.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** What those call who check on the service, or may learn from its data without learning of anybody. */
@Resolver()
export class EvidenceResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('exposureLoss')
  exposureLoss(_parent: unknown, { input }: { input: RawInput }): Promise<ExposureLoss[]> {
    return this.app.exposureLoss(input);
  }
  @Query('privateReport')
  privateReport(_parent: unknown, { input }: { input: RawInput }, { actor, recipient }: EdgeContext): Promise<PrivateReportAnswer> {
    return this.app.privateReport(recipient === null ? input : { ...input, recipient }, actor);
  }
  @Query('privacyBudget')
  privacyBudget(_parent: unknown, { recipient }: { recipient: string }): Promise<PrivacyBudgetAnswer> {
    return this.app.privacyBudget(recipient);
  }
  @Mutation('setPrivacyBudget')
  setPrivacyBudget(_parent: unknown, args: RawInput, { actor }: EdgeContext): Promise<PrivacyBudgetAnswer> {
    return this.app.setPrivacyBudget(args, actor);
  }
}
