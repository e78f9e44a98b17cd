import { type Fault, refuseFaults } from '../../core/errors.js';
import { parseInstant } from '../../core/events/instant.js';
import { exposureLoss } from '../../core/exposures/exposure-loss.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { DAY_MS } from '../../core/time.js';
import { type ExposureReports } from '../../ports/exposure-reports.js';
import { type App, type RawInput } from '../app.js';

const MOST_DAYS = 92;

/** How complete the log of exposures is, by day and surface. */
export function createExposureLosses({ exposureReports }: { exposureReports: ExposureReports }): Pick<App, 'exposureLoss'> {
  return {
    async exposureLoss(input) {
      return (await exposureReports.reported(readRange(input))).map(exposureLoss);
    },
  };
}

function readRange(input: RawInput): { from: number; to: number; surface: string | null } {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const at = parseInstant(String(input[name]));
    if (!(at >= 0)) read.fault(name, input[name], 'it must be an ISO 8601 time since 1970 with its offset');
    return at;
  });
  if (from >= to) read.fault('from', input.from, 'it must be before to');
  if (to - from > MOST_DAYS * DAY_MS) read.fault('to', input.to, `it must be at most ${MOST_DAYS} days after from`);
  read.refuse(['segment', 'dimension'], 'losses are told by day and surface alone');
  const surface = read.has('surface') ? read.surface('surface', '') : null;
  refuseFaults(faults);
  return { from, to, surface };
}
