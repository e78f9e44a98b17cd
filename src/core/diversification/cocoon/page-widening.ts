import { type Widening } from '../../candidates/signals.js';
import { type WideningPlan } from '../../candidates/widening-plan.js';
import { type PageInputs } from '../../page.js';
import { type PageWidening } from '../../tags/cocoon/widening.js';
import { type SlateInputs } from '../slate-inputs.js';
import { planWidening, steeredSettings } from './controller.js';
import { type Widened } from './widened-slate.js';

/** What the loop wants of a page: of feeds whose categories the user left open, for who may be known. */
export function wideningOf({ cocoon, request, state, purposes, config, now }: PageInputs): Widening | null {
  if (!cocoon || !state || request.kind !== 'feed' || request.filter?.categories || !purposes.has('PERSONALISATION')) return null;
  const plan = planWidening(state.cocoon, cocoon, config.settings, now);
  return plan && { plan, groupOf: cocoon.usual.groupOf };
}

/** Inputs with settings as they are for this user now. */
export const steered = (inputs: PageInputs, plan: WideningPlan): PageInputs => ({
  ...inputs,
  config: { ...inputs.config, settings: steeredSettings(inputs.config.settings, plan) },
});

/** Whether widening brought a candidate to a page: 1 by position. */
export const broughtBy = ({ fresh }: Widened, order: Uint32Array): Uint8Array =>
  Uint8Array.from(order, (place) => Number(fresh.has(place)));

/** What the loop did on a page, as it is kept with it. */
export function pageWidening(
  { widening }: Pick<SlateInputs, 'widening'>,
  { widened, order }: { widened: Widened | null; order: Uint32Array },
  placed: readonly { position: number }[],
): PageWidening | null {
  if (!widening || !widened) return null;
  const { controlled, narrow, confidence, target, breadth, boost, steppedOn } = widening.plan;
  const { configured, strength, allowance, value, spent, bound, dosed } = widened;
  const brought = broughtBy(widened, order);
  const cards = placed.flatMap(({ position }, i) => (brought[i] === 1 ? [position] : []));
  return {
    controlled, narrow, confidence, target, breadth, boost, steppedOn, configured, strength, allowance, value, spent, bound, dosed, cards,
  }; // prettier-ignore
}
