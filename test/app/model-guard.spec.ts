import { ANOMALY_REST_MS, type Anomaly, ModelGuard } from '../../src/app/models/model-guard.js';
import { CLICKS_AFTER_MS, PageClicks } from '../../src/app/models/page-clicks.js';
import { createOverload } from '../../src/app/overload.js';
import { column, FEATURE_COUNT } from '../../src/core/features/catalogue.js';
import { type Degradation } from '../../src/core/outcome.js';
import { BREAKER_FAILURES } from '../../src/core/scoring/breaker.js';
import { ModelFault } from '../../src/core/scoring/intent-model.js';

const FEATURE = 'item.freshness@1';
const MANIFEST = { version: 'v1', featureNames: [FEATURE], quantiles: { [FEATURE]: Array.from({ length: 11 }, (_, i) => i / 10) } };
const PLACED = 4;

function guarded() {
  const told: string[] = [];
  const guard = new ModelGuard(MANIFEST, {
    anomaly: (version: string, anomaly: Anomaly) => void told.push(`${version} ${anomaly}`),
    broken: (version) => void told.push(`${version} broken`),
  });
  return { guard, told };
}

/** A page whose scores spread so far, and whose items are so fresh. */
function pageOf(spread: number, freshness: (row: number) => number) {
  const features = new Float32Array(PLACED * FEATURE_COUNT);
  for (let row = 0; row < PLACED; row++) features[row * FEATURE_COUNT + column(FEATURE)] = freshness(row);
  const scores = Float64Array.from({ length: 40 }, (_, i) => 1 - (spread * i) / 40);
  return { ranked: { itemNos: new Uint32Array(40), scores }, features, placed: new Array<never>(PLACED), degraded: [] as Degradation[] };
}
const usual = (i: number) => pageOf(1, (row) => ((i * PLACED + row) % 100) / 100);

describe('the guard of a model', () => {
  it('lets rules serve while scores have collapsed, tells it once, and asks the model again after a rest', () => {
    const { guard, told } = guarded();
    for (let i = 0; i < 50; i++) guard.served(usual(i), i);
    expect(guard.refusal(50)).toBeNull();
    for (let i = 0; i < 50; i++) guard.served({ ...usual(i), ranked: pageOf(0.001, () => 0).ranked }, 100);
    expect(told).toEqual(['v1 spread']);
    expect(guard.refusal(100)).toEqual({ degradation: 'MODEL_ABSURD', isAnomaly: true });
    expect(guard.refusal(100 + ANOMALY_REST_MS)).toBeNull();
  });

  it('rests where another process found it absurd, and tells nobody of that', () => {
    const { guard, told } = guarded();
    guard.restAsTold(100);
    guard.restAsTold(100 + ANOMALY_REST_MS - 1);
    expect(told).toEqual([]);
    expect(guard.refusal(100)).toEqual({ degradation: 'MODEL_ABSURD', isAnomaly: true });
    expect(guard.refusal(100 + ANOMALY_REST_MS)).toBeNull();
  });

  it('does so when its features have moved away from the training', () => {
    const { guard, told } = guarded();
    for (let i = 0; i < 500; i++) guard.served(usual(i), i);
    for (let i = 0; i < 1_000; i++) guard.served(pageOf(1, () => 0.95), 1_000 + i); // prettier-ignore
    expect(told).toEqual(['v1 drift']);
    expect(guard.refusal(2_500)?.isAnomaly).toBe(true);
  });

  it('judges nothing by pages whose user could not be read', () => {
    const { guard, told } = guarded();
    for (let i = 0; i < 1_000; i++) guard.served(usual(i), i);
    for (let i = 0; i < 2_000; i++) guard.served({ ...pageOf(0, () => 0.95), degraded: ['USER_STATE_UNAVAILABLE'] }, 1_000 + i);
    expect([told, guard.refusal(4_000)]).toEqual([[], null]);
  });

  it('does so when people click half as often as they did', () => {
    const { guard, told } = guarded();
    for (let i = 0; i < 400; i++) guard.clicked(20, 1, i);
    for (let i = 0; i < 400; i++) guard.clicked(20, Number(i % 5 === 0), 1_000);
    expect(told).toEqual(['v1 clicks']);
    expect([guard.refusal(1_000)?.degradation, guard.refusal(1_000 + ANOMALY_REST_MS)]).toEqual(['MODEL_ABSURD', null]);
  });

  it('keeps a model that fails from being asked, by the name of its last fault, and gives it up in the end', () => {
    const { guard, told } = guarded();
    let now = 0;
    for (let i = 0; i < BREAKER_FAILURES; i++) guard.failed(new ModelFault('MODEL_ABSURD', 'nonsense'), now);
    expect(guard.refusal(now)).toEqual({ degradation: 'MODEL_ABSURD', isAnomaly: false });
    for (let i = 0; i < 20 && told.length === 0; i++) {
      now += 60_000;
      expect(guard.refusal(now)).toBeNull();
      guard.failed(new ModelFault('MODEL_FAILED', 'it broke'), now);
    }
    expect(told).toEqual(['v1 broken']);
  });

  it('holds nothing against a model whose process was ended from outside', () => {
    const { guard, told } = guarded();
    for (let i = 0; i < 1_000; i++) guard.failed(new ModelFault('MODEL_MISSING', 'it is being started again'), i * 1_000);
    expect([told, guard.refusal(1e6)]).toEqual([[], null]);
  });
});

describe('clicks on pages', () => {
  const FEED = '01890a5d-ac96-774b-bcce-b302099a8057';
  const click = (exposureId: string, fields = {}) => ({
    type: 'CLICK' as const,
    attribution: 'ATTRIBUTED' as const,
    exposureId,
    ...fields,
  });

  it('are told once for each page, when its time is over', () => {
    const clicks = new PageClicks();
    clicks.served(FEED, 'v1', 20, 1_000);
    clicks.observe([click(`${FEED}.1`), click(`${FEED}.7`), click('preview-x.1'), click(`${FEED}.3`, { attribution: 'ORPHAN' })]);
    expect([...clicks.ripe(1_000)]).toEqual([]);
    expect([...clicks.ripe(1_000 + CLICKS_AFTER_MS)]).toMatchObject([{ version: 'v1', items: 20, clicks: 2 }]);
    expect([...clicks.ripe(1_000 + CLICKS_AFTER_MS)]).toEqual([]);
  });
});

describe('overload', () => {
  it('narrows pages step by step while they take too long, and widens them again by itself', () => {
    let now = 0;
    const overload = createOverload(() => now);
    const second = (tookMs: number): number | undefined => {
      for (let i = 0; i < 100; i++) overload.observe(tookMs);
      now += 1_000;
      return overload.maxCandidates();
    };
    expect(overload.maxCandidates()).toBeUndefined();
    expect([second(10), second(1_000), second(1_000), second(1_000)]).toEqual([undefined, 300, 150, 150]);
    now += 5_000;
    expect([second(10), second(10), overload.maxCandidates()]).toEqual([300, undefined, undefined]);
  });
});
