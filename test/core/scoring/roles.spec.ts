import { type ModelRole, type RoleChange } from '../../../src/core/scoring/model-record.js';
import { rollbackTarget, rolesInForce, rolesOf, surfacesWithRoles } from '../../../src/core/scoring/roles.js';

const given = (version: string | null, surface: string | null = null, role: ModelRole = 'CHAMPION'): RoleChange => ({
  at: 0,
  role,
  surface,
  version,
  actor: 'test',
  reason: 'test',
});
const all = (): boolean => true;
const but =
  (...gone: string[]) =>
  (version: string): boolean =>
    !gone.includes(version);

describe('roles in force', () => {
  it('are the last that were given, with the champion before as deputy', () => {
    expect(rolesInForce([], 'home', all)).toEqual({ champion: null, before: null, shadow: null });
    const history = [given('a'), given('b'), given('s', null, 'SHADOW')];
    expect(rolesInForce(history, 'home', all)).toEqual({ champion: 'b', before: 'a', shadow: 's' });
    expect(rolesInForce([...history, given(null)], 'home', all)).toEqual({ champion: null, before: null, shadow: 's' });
  });

  it('are a surface’s own where it has any, else those of everywhere', () => {
    const history = [given('a'), given('b', 'cart'), given('s', 'cart', 'SHADOW')];
    expect(rolesInForce(history, 'home', all)).toMatchObject({ champion: 'a', shadow: null });
    expect(rolesInForce(history, 'cart', all)).toMatchObject({ champion: 'b', shadow: 's' });
    expect(rolesInForce([...history, given(null, 'cart')], 'cart', all)).toMatchObject({ champion: 'a', shadow: 's' });
    expect(surfacesWithRoles([...history, given(null, 'cart')])).toEqual(['cart']);
  });

  it('are none for a version that is not READY, and its deputy is one that is', () => {
    expect(rolesInForce([given('a'), given('b'), given('c')], 'home', but('b'))).toMatchObject({ champion: 'c', before: 'a' });
    expect(rolesInForce([given('a')], 'home', but('a'))).toMatchObject({ champion: null });
    expect([rolesOf([given('a')], 'a', all), rolesOf([given('a')], 'a', but('a'))]).toEqual([['CHAMPION'], []]);
  });

  it('go back one champion at a time, past the quarantined, down to nobody', () => {
    const history = [given('a'), given('b'), given('c')];
    expect(rollbackTarget(history, null, but('b'))).toBe('a');
    expect(rollbackTarget([...history, given('a')], null, all)).toBeNull();
    expect(rollbackTarget([...history, given('a'), given(null)], null, all)).toBeUndefined();
    expect(rollbackTarget(history, 'cart', all)).toBeUndefined();
  });
});
