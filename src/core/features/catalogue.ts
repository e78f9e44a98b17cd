/** A column of the feature matrix; the name carries its version. */
export interface FeatureDefinition {
  name: string;
  index: number;
  group: string;
  unit: string;
  min: number | null;
  max: number | null;
  default: number;
  description: string;
}
