import { type DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { readFileSync } from 'node:fs';
import { type App } from '../app/app.js';
import { type ModelVersionAnswer, type UserProfileAnswer } from '../app/answers.js';
import { type ExperimentAnswer, type ExperimentReportAnswer } from '../app/experiments/experiment-answers.js';
import { BlockResolver } from './block-resolver.js';
import { type Life } from './departure.js';
import { EvidenceController } from './evidence-controller.js';
import { EvidenceResolver } from './evidence-resolver.js';
import { ExperimentResolver } from './experiment-resolver.js';
import { ExportsController } from './exports-controller.js';
import { FallbackController } from './fallback-controller.js';
import { HealthController } from './health-controller.js';
import { ImportsController } from './imports-controller.js';
import { MetricsController } from './metrics-controller.js';
import { type Metrics } from './metrics.js';
import { OperatorResolver } from './operator-resolver.js';
import { ModelResolver } from './model-resolver.js';
import { PeopleResolver } from './people-resolver.js';
import { ReplayResolver } from './replay-resolver.js';
import { ReportResolver } from './report-resolver.js';
import { ScientistResolver } from './scientist-resolver.js';
import { count, date, dateTime, jsonObject } from './scalars.js';
import { storefrontResolvers } from './storefront-resolver.js';
import { AlertResolver } from './alert-resolver.js';
import { TriggerResolver } from './trigger-resolver.js';
import { APP, LIFE, METRICS } from './tokens.js';

/** The written schema, root fields by the resolver classes, all other fields read straight from the answers. */
function graphqlModule(app: App): DynamicModule {
  return GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    typeDefs: readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8'),
    resolvers: {
      ...storefrontResolvers(app),
      DateTime: dateTime,
      Count: count,
      Date: date,
      JSONObject: jsonObject,
      // Compiled queries do not call functions, so a field that is one says how it is read.
      ModelVersion: {
        shadowReport: (version: ModelVersionAnswer) => version.shadowReport(),
        drift: (version: ModelVersionAnswer) => version.drift(),
        fairness: (version: ModelVersionAnswer) => version.fairness(),
      },
      UserProfile: { tags: (profile: UserProfileAnswer, args: Parameters<UserProfileAnswer['tags']>[0]) => profile.tags(args) },
      Experiment: { report: (experiment: ExperimentAnswer, args: { at?: string | null }) => experiment.report(args) },
      ExperimentReport: { metrics: (report: ExperimentReportAnswer, args: { force: boolean }) => report.metrics(args) },
    },
    routes: false,
  });
}

/** The Nest module of the edge over one App. */
export function edgeModule(app: App, metrics: Metrics, life: Life): DynamicModule {
  return {
    module: class EdgeModule {},
    imports: [graphqlModule(app)],
    controllers: [ImportsController, ExportsController, EvidenceController, FallbackController, HealthController, MetricsController],
    providers: [
      ModelResolver,
      ReplayResolver,
      PeopleResolver,
      OperatorResolver,
      TriggerResolver,
      AlertResolver,
      ExperimentResolver,
      BlockResolver,
      ReportResolver,
      ScientistResolver,
      EvidenceResolver,
      { provide: APP, useValue: app },
      { provide: METRICS, useValue: metrics },
      { provide: LIFE, useValue: life },
    ],
  };
}
