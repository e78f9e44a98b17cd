import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { type App } from '../app/app.js';
import { type FeatureDefinition } from '../core/features/catalogue.js';
import { type TagDefinition } from '../core/tags/catalogue.js';
import { APP } from './tokens.js';

/** What those call who train models: the catalogues of features and tags. */
@Resolver()
export class ScientistResolver {
  constructor(@Inject(APP) private readonly app: App) {}

  @Query('featureCatalogue')
  featureCatalogue(): readonly FeatureDefinition[] {
    return this.app.featureCatalogue();
  }
  @Query('tagCatalogue')
  tagCatalogue(): readonly TagDefinition[] {
    return this.app.tagCatalogue();
  }
}
