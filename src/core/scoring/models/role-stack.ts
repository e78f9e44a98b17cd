import { type ModelRole, type RoleChange } from '../model-record.js';

/**
 * Who held a role at a place, the holder last; null is nobody, which is how it begins. To give the role back to an earlier one takes those above it off, so
 * that one step down never leads to what was just given up.
 *
 * @param history oldest first, of all roles and places
 */
export function roleStack(history: readonly RoleChange[], role: ModelRole, surface: string | null): (string | null)[] {
  const stack: (string | null)[] = [null];
  for (const change of history) {
    if (change.role !== role || change.surface !== surface) continue;
    const before = stack.indexOf(change.version);
    if (before >= 0) stack.length = before + 1;
    else stack.push(change.version);
  }
  return stack;
}
