import { findCandidates } from '../../../src/core/candidates/find-candidates.js';
import { gatherSignals } from '../../../src/core/candidates/signals.js';
import { column, FEATURE_NAMES } from '../../../src/core/features/catalogue.js';
import { PageFeatures } from '../../../src/core/features/page-features.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PipelineRun } from '../../../src/core/pipeline.js';

/** Features of the candidates of a page, read by item and name. */
export function described(inputs: PageInputs): (itemNo: number, name: string) => number {
  const run = new PipelineRun(inputs);
  const signals = gatherSignals(inputs, run);
  const candidates = findCandidates(signals, run);
  const { matrix } = new PageFeatures(signals, candidates, run);
  FEATURE_NAMES.forEach((name) => matrix.column(column(name)));
  expect(run.trace.filter(({ failed }) => failed !== undefined)).toEqual([]);
  return (itemNo, name) => matrix.get(candidates.itemNos.indexOf(itemNo), column(name));
}
