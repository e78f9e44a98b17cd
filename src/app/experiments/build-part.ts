import { type LoggedAssignment } from '../../core/exposures/exposure.js';
import { buildPage } from '../../core/feed.js';
import { type BuiltPage, type PageInputs } from '../../core/page.js';
import { seededRandom } from '../../core/random.js';
import { interleave } from '../../core/requests/experiments/interleave.js';
import { INTERLEAVED, type Part } from './take-part.js';

/** Build a page, or two of the same request and one of both where rankings are interleaved. */
export async function buildPart(
  inputs: PageInputs,
  { assignments, beside, seed }: Pick<Part, 'assignments' | 'beside'> & { seed: number },
  pageNo: number,
): Promise<{ built: BuiltPage; assignments: LoggedAssignment[] }> {
  const first = await buildPage(inputs);
  if (!beside) return { built: first, assignments };
  const second = await buildPage({ ...inputs, config: beside.config, models: beside.models.models, random: seededRandom(seed) });
  const { built, teams } = interleave(first, second, { seed, pageNo, positions: inputs.request.first });
  return { built, assignments: assignments.map((one) => (one.variant === INTERLEAVED ? { ...one, teams } : one)) };
}
