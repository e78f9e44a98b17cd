import { type LoggedPage } from '../../core/exposures/exposure.js';
import { type IdentityLink, identityUserId, ownerOf } from '../../core/privacy/identity.js';
import { stickyOf } from '../../core/requests/experiments/assignment.js';
import { type Experiment } from '../../core/requests/experiments/experiment.js';
import { remember, type Remembered } from '../../core/requests/experiments/sticky.js';
import { emptyCursor } from '../../core/tags/cursor.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type ExperimentStore, type KeptArm } from '../../ports/experiment-store.js';
import { type ExperimentsInForce } from './experiments-in-force.js';

export interface KeepArmsPorts {
  experiments: Pick<ExperimentsInForce, 'running' | 'on'>;
  experimentStore: Pick<ExperimentStore, 'keepArms'>;
  exposureLog: Pick<ExposureLog, 'pagesOfUser'>;
}

/**
 * A visitor who signs in keeps the arms that he saw, unless the account met the experiment, or another of its layer, itself: then it goes on with its own,
 * and the report leaves him out, since he saw two. Ask before identities are linked, call what comes back after that.
 */
export function createKeepArms(ports: KeepArmsPorts): (userId: string, links: readonly IdentityLink[]) => Promise<() => Promise<void>> {
  const { experiments, experimentStore, exposureLog } = ports;
  return async (userId, links) => {
    const running = experiments.running();
    if (running.length === 0) return () => Promise.resolve();
    const from = Math.min(...running.map(({ startedAt }) => startedAt!));
    const pagesOf = (subject: string) => exposureLog.pagesOfUser(subject, emptyCursor(), from);
    const own = armsOn(await pagesOf(userId));
    const brought = new Map<string, string>();
    for (const link of links) {
      const pages = (await pagesOf(identityUserId(link))).filter(
        ({ sessionId, servedAt }) => ownerOf([link], { sessionId, occurredAt: servedAt }) !== null,
      );
      for (const [key, variant] of armsOn(pages)) if (!brought.has(key)) brought.set(key, variant);
    }
    const kept = running.flatMap((experiment) => keptArm(userId, experiment, { own, brought: brought.get(experiment.key), ports }));
    return async () => {
      if (kept.length > 0) await experimentStore.keepArms(kept);
    };
  };
}

/** Arms by experiment, the first that was seen; what testers saw tells of nobody. */
function armsOn(pages: readonly Pick<LoggedPage, 'assignments'>[]): Map<string, string> {
  const arms = new Map<string, string>();
  for (const { assignments } of pages)
    for (const { experiment, variant, forced } of assignments) if (!forced && !arms.has(experiment)) arms.set(experiment, variant);
  return arms;
}

function keptArm(
  userId: string,
  experiment: Experiment,
  { own, brought, ports }: { own: ReadonlyMap<string, string>; brought: string | undefined; ports: KeepArmsPorts },
): KeptArm[] {
  const arm = experiment.variants.findIndex(({ key }) => key === brought);
  const isMet = ({ key, kind, layer }: Experiment): boolean =>
    own.has(key) && (key === experiment.key || (layer === experiment.layer && kind !== 'HOLDOUT' && experiment.kind !== 'HOLDOUT'));
  if (arm < 0 || ports.experiments.running().some(isMet)) return [];
  const drawn = ports.experiments.on(experiment.surface)?.assign({ id: userId, segments: experiment.segments, kept: {} });
  if (drawn?.some((one) => one.experiment === experiment.key && one.variant === brought)) return [];
  const remembered: Remembered = remember({}, stickyOf({ key: experiment.key, arms: experiment.variants }), arm);
  return Object.entries(remembered).map(([entry, variant]) => ({ userId, entry, variant }));
}
