import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** TypeScript files below a folder that hold more than types: of the others nothing runs, so nothing can be covered. */
export function filesWithCode(folder) {
  return readdirSync(`${root}${folder}`, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
    .filter((path) => {
      const { code } = transformSync(readFileSync(`${root}${path}`, 'utf8'), {
        filename: path,
        configFile: `${root}.swcrc`,
        sourceMaps: false,
      });
      return code.replace(/\/\*[\s\S]*?\*\/|\/\/.*|export \{\s*\};|\s+/g, '') !== '';
    });
}
