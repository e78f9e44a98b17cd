import { tagCatalogue } from './catalogue.js';
import { GROUP_WORDS } from './label-groups.js';
import { TAG_DIMENSIONS, type ExplainedTag, type TagDimension } from './tag.js';

const HEAD = ['tag', 'what it says', 'unit and range', 'window', 'purpose', 'made from'];
const MANY_TYPES = 8;

const bound = (value: number): string => (Number.isFinite(value) ? String(value) : '∞').replace('-', '−');

/** Where nothing fades, over what it is counted. */
function windowOf({ halfLifeHours, window }: ExplainedTag): string {
  const halving = halfLifeHours === null ? '' : `halves in ${halfLifeHours / 24} days`;
  return [halving, window].filter((part) => part !== '').join('; ');
}

const rowOf = (tag: ExplainedTag): string => {
  const { key, description, unit, range, purpose, from } = tag;
  const types = from.length > MANY_TYPES ? `${from.length} types of event` : from.join(' ');
  const low = range[0] === -Infinity ? '−∞' : bound(range[0]);
  return `| \`${key}\` | ${description} | ${unit} (${low} to ${bound(range[1])}) | ${windowOf(tag)} | ${purpose} | ${types} |`;
};

function tableOf(dimension: TagDimension): string {
  const tags = tagCatalogue.filter((tag) => tag.dimension === dimension);
  const lines = [`| ${HEAD.join(' | ')} |`, `|${HEAD.map(() => '---').join('|')}|`, ...tags.map(rowOf)];
  return `## ${dimension} (${tags.length})\n\n${lines.join('\n')}`;
}

/** The catalogue of tags as a document, from the same declarations that the values are computed from. */
export function catalogueMarkdown(): string {
  const groups = Object.entries(GROUP_WORDS).map(([group, words]) => `- ${group}: ${words.join(', ')}`);
  return [
    '# Tags',
    `${tagCatalogue.length} tags, written by \`imago tags\`. Every tag of a user comes with its value, a confidence from 0 to 1 that grows with the evidence ` +
      'and is one half where the evidence is just enough, and the time of the last event behind it. What halves is decayed when it is read. A family, ' +
      'as `category-affinity:beauty`, counts once. A tag whose purpose the user did not consent to is neither computed nor shown.',
    'Labels of items are read by these words, whatever their case:',
    groups.join('\n'),
    ...TAG_DIMENSIONS.map(tableOf),
  ].join('\n\n') + '\n'; // prettier-ignore
}
