import { type PageInput } from '../core/requests/page-input.js';
import { type ExposureLog } from '../ports/exposure-log.js';
import { type FeedCursor } from './cursors.js';
import { type Obeying } from './experiments/arms.js';
import { type Begin, type Part } from './experiments/take-part.js';
import { unlessAway } from './spooling/reach.js';
import { chosenModels, chosenSettings, type Continuation, newSeed, type PageInputPorts } from './page-inputs.js';

export interface ContinuePorts extends PageInputPorts {
  exposureLog: Pick<ExposureLog, 'itemsOfFeed' | 'itemsOfPage'>;
  takePart: (begin: Begin) => Promise<Part> | Part;
}

export interface PinnedContinuation extends Continuation, Pick<Part, 'assignments' | 'beside'> {
  /** What the next page begins with. */
  pin: Pick<FeedCursor, 'configVersion' | 'modelVersion' | 'assignments'>;
  /** A new feed had to be begun. */
  expired: boolean;
}

interface Asked {
  input: PageInput;
  obeying: Obeying;
  cursor: FeedCursor | null;
  expired: boolean;
}

/**
 * What earlier pages fixed: settings, model, arms, seed and the items already placed. An expired cursor starts a new feed that leaves out what was shown; so
 * does one of a feed whose earlier pages are not all in the log, where one may wait on the disk of another process, since a position must not be given twice.
 */
export async function continueFeed({ input, obeying, cursor, expired: isOld }: Asked, ports: ContinuePorts): Promise<PinnedContinuation> {
  const [before, onPage] = await Promise.all([
    cursor ? ports.exposureLog.itemsOfFeed(cursor.feedId).catch(unlessAway([])) : [],
    input.pageId === null ? [] : ports.exposureLog.itemsOfPage(input.pageId),
  ]);
  const expired = isOld || (cursor !== null && before.length < cursor.placed);
  const placed = before.map(({ itemNo }) => itemNo);
  const pinned = cursor !== null && !expired ? cursor : null;
  const models = await (pinned ? ports.models.pinned(input.surface, pinned.modelVersion) : chosenModels(input, ports.models));
  const config = await (pinned ? ports.settings.version(input.surface, pinned.configVersion) : chosenSettings(input, ports));
  const part = await ports.takePart({ input, obeying, config, models, pinned: pinned && (pinned.assignments ?? []) });
  const { assignments } = part;
  return {
    models: part.models.models,
    config: part.config,
    assignments,
    beside: part.beside,
    pin: { configVersion: config.version, modelVersion: models.version, assignments },
    seed: pinned ? pinned.seed : (input.preview?.seed ?? newSeed()),
    placedBefore: pinned ? placed : [],
    shownOnPage: pinned ? onPage : [...onPage, ...placed],
    expired,
  };
}
