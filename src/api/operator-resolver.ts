import { type GroupExposure } from '../core/diversification/cocoon/exposure-fairness.js';
import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import {
  type AuditPageAnswer,
  type CocoonPointAnswer,
  type ExposureAnswer,
  type ItemPageAnswer,
  type PipelineStageAnswer,
  type RankingConfigAnswer,
  type WhyNotAnswer,
} from '../app/answers.js';
import { type RankingConfigInput } from '../core/settings.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** What the people who run a shop call: settings, their history, and explanations. */
@Resolver()
export class OperatorResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('items')
  items(_parent: unknown, args: Parameters<App['items']>[0]): ItemPageAnswer {
    return this.app.items(args);
  }
  @Query('rankingConfig')
  rankingConfig(_parent: unknown, { surface }: { surface: string }): RankingConfigAnswer {
    return this.app.rankingConfig(surface);
  }
  @Query('rankingConfigs')
  rankingConfigs(_parent: unknown, { surface, first }: { surface: string; first: number }): Promise<RankingConfigAnswer[]> {
    return this.app.rankingConfigs(surface, first);
  }
  @Query('auditLog')
  auditLog(_parent: unknown, { first, after }: { first: number; after?: string | null }): Promise<AuditPageAnswer> {
    return this.app.auditLog(first, after ?? null);
  }
  @Query('exposure')
  exposure(_parent: unknown, { id }: { id: string }): Promise<ExposureAnswer | null> {
    return this.app.exposure(id);
  }
  @Query('whyNot')
  whyNot(_parent: unknown, args: Parameters<App['whyNot']>[0]): Promise<WhyNotAnswer> {
    return this.app.whyNot(args);
  }
  @Query('exposureFairness')
  exposureFairness(_parent: unknown, { input }: { input: RawInput }): Promise<GroupExposure[]> {
    return this.app.exposureFairness(input);
  }

  @Query('cocoonTrend')
  cocoonTrend(_parent: unknown, { input }: { input: RawInput }): Promise<CocoonPointAnswer[]> {
    return this.app.cocoonTrend(input);
  }
  @Query('pipeline')
  pipeline(): PipelineStageAnswer[] {
    return this.app.pipeline();
  }

  @Mutation('createRankingConfig')
  createRankingConfig(_parent: unknown, { input }: { input: RankingConfigInput }, { actor }: EdgeContext): Promise<RankingConfigAnswer> {
    return this.app.createRankingConfig(input, actor);
  }
  @Mutation('fitRules')
  fitRules(_parent: unknown, { surface }: { surface: string }): Promise<RankingConfigAnswer> {
    return this.app.fitRules(surface);
  }
  @Mutation('activateRankingConfig')
  activateRankingConfig(
    _parent: unknown,
    args: Parameters<App['activateRankingConfig']>[0],
    { actor }: EdgeContext,
  ): Promise<RankingConfigAnswer> {
    return this.app.activateRankingConfig(args, actor);
  }
  @Mutation('rollbackRankingConfig')
  rollbackRankingConfig(
    _parent: unknown,
    args: Parameters<App['rollbackRankingConfig']>[0],
    { actor }: EdgeContext,
  ): Promise<RankingConfigAnswer> {
    return this.app.rollbackRankingConfig(args, actor);
  }
}
