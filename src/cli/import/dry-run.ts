import { readEvent } from '../../core/events/read-event.js';
import { readItem } from '../../core/events/read-item.js';
import { readUser } from '../../core/events/read-user.js';
import { type Output } from '../fault.js';
import { type Fields, type MappingContext } from './mapping.js';
import { type Plan } from './plan.js';
import { type Line, STEPS, importKind, linesOf } from './steps.js';

type Check = (fields: Fields, now: number) => { faults: { path: string; message: string }[] } | object;

const CHECKS: Record<ReturnType<typeof importKind>, Check> = {
  users: readUser,
  items: readItem,
  events: readEvent,
};

/** Check every line as the service would, and print each fault with its place; nothing is sent. Gives the number of faults. */
export async function dryRun(plan: Plan, context: MappingContext, output: Output): Promise<number> {
  let faults = 0;
  const say = (file: string, line: number, message: string) => {
    faults++;
    output.out(`${file}:${line}: ${message}`);
  };
  for (const { file, line, message } of plan.faults) say(file, line, message);
  for (const [type, rows] of plan.unmapped)
    say('events', 0, `${rows} events have the type ${JSON.stringify(type)}, which is not mapped; say --map ${type}=TYPE`);
  for (const step of STEPS)
    for await (const line of linesOf(step, plan, context)) {
      if (step === 'events' && plan.unmapped.has(String(line.fields?.type))) continue; // said above, once for all of them
      for (const message of faultsOf(line, CHECKS[importKind(step)], context.startedAt)) say(line.origin.file, line.origin.line, message);
    }
  return faults;
}

function faultsOf({ fields }: Line, check: Check, now: number): string[] {
  if (fields === null) return ['the line is not a JSON object'];
  const read = check(fields, now);
  return 'faults' in read ? read.faults.map(({ message }) => message) : [];
}
