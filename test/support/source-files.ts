import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface Import {
  /** Path from the root of the repository for our own files, the name of the package for others. */
  target: string;
  isOurs: boolean;
  /** Nothing of it is left when the program runs. */
  isTypeOnly: boolean;
}

export interface SourceFile {
  path: string;
  lines: number;
  imports: Import[];
  /** What it uses of the world outside, as in `Date.now`. */
  effects: string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const GLOBAL_EFFECTS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'queueMicrotask']);
const MEMBER_EFFECTS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.env',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  return !clause.name && bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.every((element) => element.isTypeOnly);
}

function isTypeOnlyExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  return node.exportClause !== undefined && ts.isNamedExports(node.exportClause) && node.exportClause.elements.every((e) => e.isTypeOnly);
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Specifier and kind of the import that a node is, of whatever form: import, export from, import(), typeof import. */
function importOf(node: ts.Node): { specifier: ts.Node; isTypeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return { specifier: node.moduleSpecifier, isTypeOnly: isTypeOnlyClause(node.importClause) };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return { specifier: node.moduleSpecifier, isTypeOnly: isTypeOnlyExport(node) };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return { specifier: node.argument.literal, isTypeOnly: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: node.arguments[0], isTypeOnly: false };
  }
  return undefined;
}

function effectOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace('globalThis.', '');
    return MEMBER_EFFECTS.has(name) ? name : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node)) {
    const name = node.expression.getText();
    if (name === 'Date') return 'Date()';
    if (GLOBAL_EFFECTS.has(name)) return name;
  }
  return undefined;
}

/** Read what the architecture cares about from the syntax, so that comments and strings do not count. */
export function parseSource(path: string, text: string): SourceFile {
  const file: SourceFile = { path, lines: text.split('\n').length - 1, imports: [], effects: [] };
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found && ts.isStringLiteralLike(found.specifier)) {
      const { text: specifier } = found.specifier;
      const isOurs = specifier.startsWith('.');
      const target = isOurs ? join(dirname(path), specifier).replace(/\.js$/, '.ts') : packageName(specifier);
      file.imports.push({ target, isOurs, isTypeOnly: found.isTypeOnly });
    }
    const effect = effectOf(node);
    if (effect) file.effects.push(effect);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return file;
}

/** Every TypeScript file below the folders, paths from the root of the repository. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, folder, name))
      .map((path) => parseSource(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'))),
  );
}

/** Groups of files that import each other in a circle. */
export function importCircles(files: SourceFile[]): string[][] {
  const targetsOf = new Map(files.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  const done = new Set<string>();
  const circles: string[][] = [];
  const follow = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) circles.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const target of targetsOf.get(path) ?? []) follow(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) follow(path, []);
  return circles;
}
