import { type ModelRole, type RoleChange } from './model-record.js';
import { roleStack } from './models/role-stack.js';

/** What has a role on a surface; null is nothing. */
export interface RolesInForce {
  champion: string | null;
  /** The champion before this one, which takes over while this one cannot answer. */
  before: string | null;
  shadow: string | null;
}

/** Whether a version is READY: a quarantined one has no role, whatever the history says. */
export type IsReady = (version: string) => boolean;

/** The stack of a surface that has one of its own, else that of everywhere. */
function stackFor(history: readonly RoleChange[], role: ModelRole, surface: string): (string | null)[] {
  const own = roleStack(history, role, surface);
  return own.at(-1) === null ? roleStack(history, role, null) : own;
}

/**
 * Who has which role on a surface. What was assigned to the surface itself comes before what was assigned everywhere.
 *
 * @param history oldest first, of one model
 */
export function rolesInForce(history: readonly RoleChange[], surface: string, isReady: IsReady): RolesInForce {
  const ready = (version: string | null | undefined): version is string => typeof version === 'string' && isReady(version);
  const champions = stackFor(history, 'CHAMPION', surface);
  const top = champions.at(-1) ?? null;
  const shadow = stackFor(history, 'SHADOW', surface).at(-1) ?? null;
  return {
    champion: ready(top) ? top : null,
    before: top === null ? null : (champions.slice(0, -1).findLast(ready) ?? null),
    shadow: ready(shadow) ? shadow : null,
  };
}

/**
 * Who gets the role of champion when it is taken from who has it: the one before him, never a quarantined one; null for nobody, as it was at the beginning.
 *
 * @param surface null is everywhere
 * @returns       undefined when there was none before, and nobody is champion as it is
 */
export function rollbackTarget(history: readonly RoleChange[], surface: string | null, isReady: IsReady): string | null | undefined {
  return roleStack(history, 'CHAMPION', surface)
    .slice(0, -1)
    .findLast((version) => version === null || isReady(version));
}

/** Every surface that has champions or shadows of its own now. */
export function surfacesWithRoles(history: readonly RoleChange[]): string[] {
  const named = new Set(history.flatMap(({ surface }) => (surface === null ? [] : [surface])));
  return [...named].filter((surface) =>
    (['CHAMPION', 'SHADOW'] as const).some((role) => roleStack(history, role, surface).at(-1) !== null),
  );
}

/** The roles that a version has now, anywhere. */
export function rolesOf(history: readonly RoleChange[], version: string, isReady: IsReady): ModelRole[] {
  if (!isReady(version)) return [];
  const places = [null, ...surfacesWithRoles(history)];
  return (['CHAMPION', 'SHADOW'] as const).filter((role) => places.some((surface) => roleStack(history, role, surface).at(-1) === version));
}
