import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type ExperimentAnswer, type ExperimentPlanAnswer } from '../app/experiments/experiment-answers.js';
import { type App, type RawInput } from '../app/app.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** Experiments: planned, made, run and read. */
@Resolver()
export class ExperimentResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('experiments')
  experiments(_parent: unknown, { status }: { status?: string | null }): Promise<ExperimentAnswer[]> {
    return this.app.experiments(status ?? null);
  }
  @Query('experiment')
  experiment(_parent: unknown, { key }: { key: string }): Promise<ExperimentAnswer | null> {
    return this.app.experiment(key);
  }
  @Query('planExperiment')
  planExperiment(_parent: unknown, { input }: { input: RawInput }): Promise<ExperimentPlanAnswer> {
    return this.app.planExperiment(input);
  }

  @Mutation('createExperiment')
  createExperiment(_parent: unknown, { input }: { input: RawInput }, { actor }: EdgeContext): Promise<ExperimentAnswer> {
    return this.app.createExperiment(input, actor);
  }
  @Mutation('startExperiment')
  startExperiment(_parent: unknown, { key }: { key: string }, { actor }: EdgeContext): Promise<ExperimentAnswer> {
    return this.app.startExperiment(key, actor);
  }
  @Mutation('rampExperiment')
  rampExperiment(_parent: unknown, args: { key: string; coverage: number }, { actor }: EdgeContext): Promise<ExperimentAnswer> {
    return this.app.rampExperiment(args, actor);
  }
  @Mutation('stopExperiment')
  stopExperiment(_parent: unknown, args: { key: string; reason: string }, { actor }: EdgeContext): Promise<ExperimentAnswer> {
    return this.app.stopExperiment(args, actor);
  }
}
