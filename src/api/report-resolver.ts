import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { type App, type RawInput } from '../app/app.js';
import {
  type FunnelStepAnswer,
  type ItemJourneyAnswer,
  type KpiRowAnswer,
  type MetricDefinitionAnswer,
} from '../app/reports/report-answers.js';
import { APP } from './tokens.js';

/** What came of feeds, in figures. */
@Resolver()
export class ReportResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('metricCatalogue')
  metricCatalogue(): MetricDefinitionAnswer[] {
    return this.app.metricCatalogue();
  }
  @Query('kpis')
  kpis(_parent: unknown, { input, metrics }: { input: RawInput; metrics?: string[] | null }): Promise<KpiRowAnswer[]> {
    return this.app.kpis(input, metrics);
  }
  @Query('funnel')
  funnel(_parent: unknown, { input }: { input: RawInput }): Promise<FunnelStepAnswer[]> {
    return this.app.funnel(input);
  }
  @Query('followFunnel')
  followFunnel(_parent: unknown, { input }: { input: RawInput }): Promise<FunnelStepAnswer[]> {
    return this.app.followFunnel(input);
  }
  @Query('itemJourney')
  itemJourney(_parent: unknown, { itemId, input }: { itemId: string; input: RawInput }): Promise<ItemJourneyAnswer> {
    return this.app.itemJourney(itemId, input);
  }
}
