import { type Fault } from '../../errors.js';
import { type Fields, InputReader } from '../../requests/input-reader.js';
import { type KpiSubject } from '../../tags/kpi.js';
import { readTrigger, readTriggerOn } from '../../tags/trigger-input.js';
import { isOfTag, type Trigger } from '../../tags/triggers.js';
import { type Condition } from './alert-rule.js';
import { type Known, readKpiBound, readKpiSubject } from './rule-input.js';

/** A rule whose subject is a metric of the shop. */
export type KpiTrigger = Trigger & { on: KpiSubject };

export const isKpiTrigger = (trigger: Trigger): trigger is KpiTrigger => !isOfTag(trigger.on);

/** What such a rule waits for. */
export const conditionOf = ({ on, comparison, threshold }: KpiTrigger): Condition => ({ ...on, comparison, threshold });

/**
 * A rule on a tag or on a metric as somebody wrote it, read whole. Every fault goes to `faults`; the rule is of use only where there is none.
 *
 * @param canCall whether there is somebody whom a WEBHOOK could call
 */
export function readAnyTrigger(
  fields: Fields,
  faults: Fault[],
  { canCall, known }: { canCall: boolean; known: Known },
): ReturnType<typeof readTrigger> {
  const read = new InputReader(fields, faults);
  if (!read.has('metric')) return readTrigger(fields, faults, canCall);
  return readTriggerOn(fields, faults, canCall, () => {
    read.refuse(['tag'], 'a rule has a tag or a metric, not both');
    const on = readKpiSubject(fields, faults, known);
    return { on, ...readKpiBound(fields, faults, on, known) };
  });
}
