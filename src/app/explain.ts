import { AppError, shown } from '../core/errors.js';
import { type PageInputs } from '../core/page.js';
import { pipelineStages } from '../core/pipeline-stages.js';
import { readFeedInput } from '../core/requests/page-input.js';
import { whyNot } from '../core/why-not.js';
import { type ExposureEntry, type ExposureLog } from '../ports/exposure-log.js';
import { type Ledger } from '../ports/ledger.js';
import { type Admission } from './admission.js';
import { type App } from './app.js';
import { type ExposureAnswer, type WhyNotAnswer } from './answers.js';
import { type ContinuePorts, continueFeed } from './continue-feed.js';
import { buildPart } from './experiments/build-part.js';
import { contributionsOfEntry } from './explain-contributions.js';
import { loadPageInputs, pageRequest } from './page-inputs.js';
import { type PipelineStatistics } from './pipeline-statistics.js';

interface ExplainPorts extends ContinuePorts {
  exposureLog: ExposureLog;
  ledger: Ledger;
  statistics: PipelineStatistics;
  admission: Admission;
}

/** The seed of questions about the pipeline: the same question on the same state has the same answer. */
const QUESTION_SEED = 1;
const QUESTION_PAGE = 20;

/** What answers why: one exposure as it was, one item as it would fare now, and the pipeline as it runs. */
export function createExplain(ports: ExplainPorts): Pick<App, 'exposure' | 'whyNot' | 'pipeline'> {
  return {
    async exposure(id) {
      const entry = await ports.exposureLog.entry(id);
      if (!entry) return null;
      const [contributions, outcomes] = await Promise.all([contributionsOfEntry(entry, ports), ports.ledger.outcomesOf(id)]);
      return { ...presentExposure(id, entry, outcomes), contributions };
    },
    whyNot: (question) => ports.admission.run('aside', () => answerWhyNot(question, ports)),
    pipeline() {
      const now = ports.clock();
      return pipelineStages(ports.settings.of('home').settings).map(({ stage, components }) => ({
        stage,
        components: components.map(({ name, enabled, timeoutMs, failsOpen }) => {
          const seen = ports.statistics.of(stage, name, now);
          const figures = { p50Ms: seen?.p50Ms ?? null, p99Ms: seen?.p99Ms ?? null, in: seen?.in ?? null, out: seen?.out ?? null };
          return { name, enabled, timeoutMs, failsOpen, ...figures };
        }),
      }));
    },
  };
}

function presentExposure(
  exposureId: string,
  { page, placed, features }: ExposureEntry,
  outcomes: ExposureAnswer['outcomes'],
): ExposureAnswer {
  const { feedId, userId, surface, servedAt, scorer, modelVersion, configVersion, assignments, hash } = page;
  const { itemId, position, score, rankBefore, contributions, sources, exploration, propensity } = placed;
  return {
    exposureId, feedId, userId, itemId, surface, position, servedAt, scorer, modelVersion, configVersion, assignments, score, rankBefore, features,
    contributions, sources, exploration, propensity, hash, outcomes,
  }; // prettier-ignore
}

async function answerWhyNot(
  { userId, itemId, surface }: { userId: string; itemId: string; surface: string },
  ports: ExplainPorts,
): Promise<WhyNotAnswer> {
  const input = readFeedInput({ userId, surface, first: QUESTION_PAGE });
  const itemNo = ports.index.shop.catalogue.no(itemId);
  if (itemNo === undefined)
    return {
      itemId,
      stage: 'UNKNOWN_ITEM',
      component: null,
      detail: `${shown(itemId)} is not in the catalogue`,
      rank: null,
      score: null,
      gap: null,
    };
  // As the first page of a new feed: with what triggers and experiments make of the settings.
  const asked = { input, obeying: { kind: 'feed', policy: null }, cursor: null, expired: false } as const;
  const continuation = { ...(await continueFeed(asked, ports)), seed: QUESTION_SEED };
  const inputs = await loadPageInputs(input, pageRequest(input, ports, continuation), ports, continuation);
  if (inputs.state === null) throw new AppError('UNAVAILABLE', 'the state of the user cannot be read now', [], 1);
  const build = async (of: PageInputs) => (await buildPart(of, continuation, 0)).built;
  return { itemId, ...(await whyNot(inputs, itemNo, build)) };
}
