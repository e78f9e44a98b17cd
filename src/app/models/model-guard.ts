import { FEATURE_COUNT } from '../../core/features/catalogue.js';
import { type BuiltPage } from '../../core/page.js';
import { type Breaker, closedBreaker, deservesQuarantine, failed, mayAsk, succeeded } from '../../core/scoring/breaker.js';
import { type ModelDegradation, type ModelFault, type ModelManifest } from '../../core/scoring/intent-model.js';
import { ClickWatch } from '../../core/scoring/watch/click-watch.js';
import { DriftWatch } from '../../core/scoring/watch/drift-watch.js';
import { SpreadWatch } from '../../core/scoring/watch/spread-watch.js';

export type Anomaly = 'spread' | 'drift' | 'clicks';

export interface GuardEvents {
  /** A model was taken out of service for a while, since what it does is not what it did. */
  anomaly(version: string, anomaly: Anomaly, detail: string): void;
  /** A model broke so often that it has to go. */
  broken(version: string, reason: string): void;
}

/** How long a model rests after an anomaly before it may show that it is well again, ms. */
export const ANOMALY_REST_MS = 5 * 60_000;
/** Rows of a page that are looked at for drift. */
const SAMPLED_ROWS = 4;

/** A page whose user could not be read tells nothing of its model: all that is personal was zero, which is no world that it was trained in, nor one to stay. */
export const tellsOfModel = ({ degraded }: Pick<BuiltPage, 'degraded'>): boolean => !degraded.includes('USER_STATE_UNAVAILABLE');

/** Watches one version while it serves: keeps it from being asked while it fails, and takes it out while it behaves strangely. */
export class ModelGuard {
  private breaker: Breaker = closedBreaker();
  private why: ModelDegradation = 'MODEL_FAILED';
  private restingUntil = 0;
  private spread = new SpreadWatch();
  private drift: DriftWatch;
  private clicks = new ClickWatch();
  private isBroken = false;

  constructor(
    private readonly manifest: Pick<ModelManifest, 'version' | 'featureNames' | 'quantiles'>,
    private readonly events: GuardEvents,
  ) {
    this.drift = new DriftWatch(manifest);
  }

  /** Null where it may be asked, else what keeps it from that. A yes after a rest is a try, and the next to ask waits for its end. */
  refusal(now: number): { degradation: ModelDegradation; isAnomaly: boolean } | null {
    if (now < this.restingUntil) return { degradation: 'MODEL_ABSURD', isAnomaly: true };
    const { allowed, breaker } = mayAsk(this.breaker, now);
    this.breaker = breaker;
    return allowed ? null : { degradation: this.why, isAnomaly: false };
  }

  failed({ degradation, message }: ModelFault, now: number): void {
    // Nothing was asked, and nothing has to be spared: it is back as soon as it is there.
    if (degradation === 'MODEL_MISSING') return;
    this.why = degradation;
    this.breaker = failed(this.breaker, now, degradation !== 'MODEL_SLOW');
    if (this.isBroken || !deservesQuarantine(this.breaker)) return;
    this.isBroken = true;
    this.events.broken(this.manifest.version, `it failed again and again, the last time with ${degradation}: ${message}`);
  }

  /** It decided a page. */
  served(page: Pick<BuiltPage, 'ranked' | 'features' | 'placed' | 'degraded'>, now: number): void {
    this.breaker = succeeded(this.breaker);
    if (!tellsOfModel(page)) return;
    const left = this.spread.observe(page.ranked.scores);
    if (left !== null) this.rest('spread', `its scores spread ${(100 * left).toFixed(1)}% as far as when it began`, now);
    const rows = Math.min(SAMPLED_ROWS, page.placed.length);
    const drifted = this.drift.observe(page.features.subarray(0, rows * FEATURE_COUNT), rows);
    if (drifted !== null) this.rest('drift', `half of its features have moved by a stability index of ${drifted.toFixed(2)} or more`, now);
  }

  /** A page that it decided has had the time that clicks take. */
  clicked(items: number, clicks: number, now: number): void {
    const usual = this.clicks.observe(items, clicks);
    if (usual !== null)
      this.rest('clicks', `people click less than half as often as the ${(100 * usual).toFixed(2)}% of its beginning`, now);
  }

  /** The drift of its features, of the last whole window. */
  get driftByFeature(): DriftWatch['drift'] {
    return this.drift.drift;
  }

  /** Another process found that it behaves strangely. */
  restAsTold(now: number): void {
    if (now >= this.restingUntil) this.startRest(now);
  }

  private rest(anomaly: Anomaly, detail: string, now: number): void {
    if (now < this.restingUntil) return;
    this.startRest(now);
    this.events.anomaly(this.manifest.version, anomaly, detail);
  }
  private startRest(now: number): void {
    this.restingUntil = now + ANOMALY_REST_MS;
    this.spread = new SpreadWatch();
    this.drift = new DriftWatch(this.manifest);
    this.clicks = new ClickWatch();
  }
}
