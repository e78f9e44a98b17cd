import { shown } from '../../errors.js';
import { columnOf } from '../../features/catalogue.js';
import { MODEL_VOCABULARIES, type ModelManifest, type ModelTensor } from '../intent-model.js';
import { isKnownTag } from './known-tags.js';
import { type ModelShape } from './signature.js';

/** Whether everything that a model reads is computed here, and its golden batch covers it. Looked at again by the gate, since catalogues change with versions. */
export function checkFeatures(manifest: ModelManifest, { reads, sequenceLength }: ModelShape): string[] {
  const { featureNames, tagNames, golden, vocabularies } = manifest;
  const faults = [
    ...featureNames.filter((name) => columnOf(name) === undefined).map((name) => `there is no feature ${shown(name)}`),
    ...tagNames.filter((name) => !isKnownTag(name)).map((name) => `there is no tag ${shown(name)}`),
  ];
  for (const vocabulary of MODEL_VOCABULARIES) {
    const readers = [`seq_${vocabulary}`, `cand_${vocabulary}`].filter((name) => reads.has(name as ModelTensor));
    if (readers.length > 0 && vocabularies[vocabulary] === undefined)
      faults.push(`the model reads ${readers.join(' and ')}; vocabularies.${vocabulary} has to say the highest id that it knows`);
  }
  for (const name of reads) {
    const given = golden[name];
    if (given === undefined) faults.push(`golden.${name} is missing, which the model reads`);
    else if (name.startsWith('seq_') && given.flat().length !== sequenceLength)
      faults.push(`golden.${name} has ${given.flat().length} entries; the model reads sequences of ${sequenceLength}`);
  }
  return faults;
}
