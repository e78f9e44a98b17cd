import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type App } from '../app/app.js';
import { type ModelAnswer, type ModelVersionAnswer } from '../app/answers.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** What those call who bring models and decide which of them serve. */
@Resolver()
export class ModelResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('models')
  models(): Promise<ModelAnswer[]> {
    return this.app.models();
  }
  @Query('modelVersion')
  modelVersion(_parent: unknown, { name, version }: { name: string; version: string }): Promise<ModelVersionAnswer | null> {
    return this.app.modelVersion(name, version);
  }

  @Mutation('assignModelRole')
  assignModelRole(_parent: unknown, args: Parameters<App['assignModelRole']>[0], { actor }: EdgeContext): Promise<ModelAnswer> {
    return this.app.assignModelRole(args, actor);
  }
  @Mutation('rollbackModel')
  rollbackModel(_parent: unknown, args: Parameters<App['rollbackModel']>[0], { actor }: EdgeContext): Promise<ModelAnswer> {
    return this.app.rollbackModel(args, actor);
  }
}
