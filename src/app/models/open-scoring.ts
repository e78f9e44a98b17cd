import { type Binding } from '../../ports/binding.js';
import { createOverload, type Overload } from '../overload.js';
import { type ModelMeters } from './model-meters.js';
import { type ModelsInForce, openModels } from './models-in-force.js';
import { createShadow, type Shadow } from './shadow.js';

/** What decides how pages are scored on this process, and what it learns of that. */
export interface Scoring {
  models: ModelsInForce;
  shadow: Shadow;
  overload: Overload;
}

export async function openScoring(
  binding: Binding,
  options: { meters: ModelMeters; clock: () => number; stopwatch: () => number; onError: (error: unknown, doing: string) => void },
): Promise<Scoring & { close(): Promise<void> }> {
  const models = await openModels({ ...binding, ...options });
  const shadow = createShadow({ ...binding, ...options });
  return {
    models,
    shadow,
    overload: createOverload(options.stopwatch),
    async close() {
      await shadow.idle();
      await shadow.keep();
      await models.close();
    },
  };
}
