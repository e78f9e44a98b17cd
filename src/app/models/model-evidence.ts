import { type Purpose } from '../../core/privacy/purposes.js';
import { exposureId } from '../../core/exposures/exposure.js';
import { labelsOf } from '../../core/exposures/labels.js';
import { type Head, type ModelManifest } from '../../core/scoring/intent-model.js';
import { type ModelCheck } from '../../core/scoring/model-record.js';
import { calibrationCheck, type EvidencePage, evidenceInputs, replayCheck, type Rival } from '../../core/scoring/models/evidence-checks.js';
import { measured } from '../../core/scoring/models/probe-checks.js';
import { roleStack } from '../../core/scoring/models/role-stack.js';
import { checkFile } from '../../core/scoring/models/check-file.js';
import { type ModelShape } from '../../core/scoring/models/signature.js';
import { type Weight } from '../../core/settings.js';
import { DAY_MS } from '../../core/time.js';
import { type ExportedPage, type ExposureExports } from '../../ports/exposure-exports.js';
import { type ModelProbe } from '../../ports/model-runtime.js';
import { type ModelStore } from '../../ports/model-store.js';
import { consenting } from '../exports.js';

export interface JudgedModel {
  manifest: ModelManifest;
  shape: ModelShape;
  file: Uint8Array;
}

/** The checks CALIBRATION and REPLAY, from what was shown and what came of it. */
export type ModelEvidence = (model: JudgedModel) => Promise<ModelCheck[]>;

export interface EvidencePorts {
  exposureExports: ExposureExports;
  modelStore: ModelStore;
  modelProbe: ModelProbe;
  people: Parameters<typeof consenting>[1]['people'];
  purposes: ReadonlySet<Purpose>;
  /** The rules in force. */
  rules: () => readonly Weight[];
  clock: () => number;
}

const WINDOW_DAYS = 30;
const MAX_EXPOSURES = 20_000;
const SETTLED_MS = 20_000;

/** Of pages that were shown to people who agreed that models learn from them. A model that reads more than features cannot be asked: the rest is not kept. */
export function createModelEvidence(ports: EvidencePorts): ModelEvidence {
  return async (model) => {
    const { manifest, shape } = model;
    if (shape.reads.size > 1) {
      const detail = `cannot be told: of ${[...shape.reads].join(', ')} only dense is kept in the log`;
      return [{ ...measured('CALIBRATION', true, detail), advisory: true }, measured('REPLAY', true, detail)];
    }
    const pages = await readPages(ports);
    const scores = await scoresOf(ports.modelProbe, model, pages);
    const clicks = clicksOf(scores, manifest);
    const rivals = [await championOf(ports, manifest, pages), { name: 'the rules', scores: rulesScores(ports.rules(), pages) }];
    return [calibrationCheck(manifest, pages, scores), replayCheck(pages, clicks, rivals.filter((rival) => rival !== null))]; // prettier-ignore
  };
}

/** Scores of all rows of the pages; the probe has just shown that the file answers. */
async function scoresOf(
  modelProbe: ModelProbe,
  { manifest, shape, file }: JudgedModel,
  pages: readonly EvidencePage[],
): Promise<Float32Array> {
  if (pages.length === 0) return new Float32Array(0);
  const answers = await modelProbe.score(manifest, shape, file, evidenceInputs(manifest, pages));
  if (answers === null) throw new Error(`${manifest.version} does not answer any more`);
  return Float32Array.from(answers.flatMap((scores) => [...scores]));
}

const clicksOf = (scores: Float32Array, { heads }: ModelManifest): Float32Array =>
  scores.filter((_, i) => i % heads.length === heads.indexOf('click'));

async function championOf(
  { modelStore, modelProbe }: EvidencePorts,
  { name }: ModelManifest,
  pages: readonly EvidencePage[],
): Promise<Rival | null> {
  const version = roleStack(await modelStore.roleHistory(name), 'CHAMPION', null).at(-1) ?? null;
  const [record, file] =
    version === null ? [null, null] : await Promise.all([modelStore.get(name, version), modelStore.file(name, version)]);
  const shape = record && file ? checkFile(record.manifest, file).shape : null;
  if (!record || !file || !shape || shape.reads.size > 1) return null;
  const scores = await scoresOf(modelProbe, { manifest: record.manifest, shape, file }, pages);
  return { name: `the champion ${version}`, scores: clicksOf(scores, record.manifest) };
}

function rulesScores(rules: readonly Weight[], pages: readonly EvidencePage[]): number[] {
  return pages.flatMap(({ featureNames, features, rows }) => {
    const terms = rules.map(({ name, value }) => ({ place: featureNames.indexOf(name), value })).filter(({ place }) => place >= 0);
    return Array.from({ length: rows }, (_, row) =>
      terms.reduce((sum, { place, value }) => sum + value * features[row * featureNames.length + place], 0),
    );
  });
}

async function readPages(ports: EvidencePorts): Promise<EvidencePage[]> {
  const now = ports.clock();
  const pages: EvidencePage[] = [];
  let exposures = 0;
  const range = { from: now - WINDOW_DAYS * DAY_MS, to: now, surface: null, asOf: now - SETTLED_MS };
  for await (const batch of consenting(ports.exposureExports.pages(range), ports)) {
    for (const entry of batch) {
      if (entry.page.placed.length === 0) continue;
      pages.push(evidencePage(entry, now));
      exposures += entry.page.placed.length;
    }
    if (exposures >= MAX_EXPOSURES) break;
  }
  return pages;
}

function evidencePage({ page, outcomes }: ExportedPage, now: number): EvidencePage {
  const labels = new Map<Head, Int8Array>();
  page.placed.forEach(({ position }, row) => {
    const id = exposureId(page.feedId, position);
    const own = labelsOf(page.servedAt, outcomes.filter((outcome) => outcome.exposureId === id)); // prettier-ignore
    for (const [head, { label, labelMatureAt }] of Object.entries(own) as [Head, { label: 0 | 1; labelMatureAt: number }][]) {
      if (!labels.has(head)) labels.set(head, new Int8Array(page.placed.length));
      labels.get(head)![row] = label === 0 && labelMatureAt > now ? -1 : label;
    }
  });
  return { featureNames: page.featureNames, features: page.features, labels, rows: page.placed.length };
}
