import { readFileSync } from 'node:fs';
import { catalogueMarkdown } from '../../../src/core/tags/catalogue-markdown.js';

it('docs/tags.md is what the catalogue says; write it anew with imago tags', () => {
  expect(readFileSync('docs/tags.md', 'utf8')).toBe(catalogueMarkdown());
});
