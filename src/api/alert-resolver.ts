import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { type AlertAnswer, type AlertRuleAnswer } from '../app/alerts/alert-answers.js';
import { type App, type RawInput } from '../app/app.js';
import { type EdgeContext } from './request-facts.js';
import { APP } from './tokens.js';

/** Rules on metrics, and the alerts that they raised. */
@Resolver()
export class AlertResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('alertRules')
  alertRules(): Promise<AlertRuleAnswer[]> {
    return this.app.alertRules();
  }
  @Query('alerts')
  alerts(_parent: unknown, { open }: { open?: boolean | null }): Promise<AlertAnswer[]> {
    return this.app.alerts(open ?? null);
  }

  @Mutation('saveAlertRule')
  saveAlertRule(_parent: unknown, { input }: { input: RawInput }, { actor }: EdgeContext): Promise<AlertRuleAnswer> {
    return this.app.saveAlertRule(input, actor);
  }
  @Mutation('acknowledgeAlert')
  acknowledgeAlert(_parent: unknown, args: { id: string; note?: string | null }, { actor }: EdgeContext): Promise<AlertAnswer> {
    return this.app.acknowledgeAlert(args, actor);
  }
}
