/** The house as a parser reads it: what the tests of its architecture ask. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type ImportDeclaration, type Module, parseSync, printSync } from '@swc/core';

/** Any node of a syntax tree; what else it has depends on its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface Import {
  /** A file of ours by its path, a package by its name. */
  readonly to: string;
  /** Whether it is loaded with the file, when the code comes to it, or, as what only has types, never. */
  readonly loaded: 'at once' | 'when asked for' | 'never';
  /** What it is called here; nothing where a module is only loaded. */
  readonly names: readonly string[];
}

export interface Source {
  readonly file: string;
  readonly text: string;
  /** The code alone, without comments. */
  readonly code: string;
  readonly syntax: Module;
  /** Imports of types count like any other. */
  readonly imports: readonly Import[];
}

/** What the repository has below a folder: not what npm puts beside it. */
export const filesBelow = (folder: string, ending = ''): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules'));

export const text = (file: string): string => readFileSync(file, 'utf8');

/** Every node below `node`, itself included, in the order of the text. */
export function* nodesIn(node: unknown): Generator<SyntaxNode> {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node && typeof node.type === 'string') yield node as SyntaxNode;
  for (const child of Object.values(node)) yield* nodesIn(child);
}

/** The module that a node names: `import`, `export … from`, `import()` and `import('…').Type`. */
function moduleNamedBy(node: SyntaxNode): string | undefined {
  const literal = (value: unknown) => (value as { value?: string } | null | undefined)?.value;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return literal(node.source);
    case 'TsImportType':
      return literal(node.argument);
    case 'CallExpression': {
      const { callee, arguments: given } = node as unknown as { callee: SyntaxNode; arguments: SyntaxNode[] };
      return callee.type === 'Import' ? literal(given[0]?.expression) : undefined;
    }
    default:
      return undefined;
  }
}

function whenLoaded(node: SyntaxNode): Import['loaded'] {
  if (node.type === 'CallExpression') return 'when asked for';
  const { typeOnly = false, specifiers = [] } = node as { typeOnly?: boolean; specifiers?: { isTypeOnly?: boolean }[] };
  const hasTypesAlone = specifiers.length > 0 && specifiers.every(({ isTypeOnly }) => isTypeOnly);
  return node.type === 'TsImportType' || typeOnly || hasTypesAlone ? 'never' : 'at once';
}

const resolve = (file: string, module: string): string =>
  module.startsWith('.') ? normalize(join(dirname(file), module)).replace(/\.js$/, '.ts') : module;

function importsOf(file: string, syntax: Module): readonly Import[] {
  return [...nodesIn(syntax.body)].flatMap((node) => {
    const module = moduleNamedBy(node);
    if (module === undefined) return [];
    const specifiers = node.type === 'ImportDeclaration' ? (node as unknown as ImportDeclaration).specifiers : [];
    return [{ to: resolve(file, module), loaded: whenLoaded(node), names: specifiers.map(({ local }) => local.value) }];
  });
}

function parse(file: string): Source {
  const source = text(file);
  const syntax = parseSync(source, { syntax: 'typescript', decorators: true });
  return { file, text: source, code: printSync(syntax).code, syntax, imports: importsOf(file, syntax) };
}

export const sources: readonly Source[] = filesBelow('src', '.ts').map(parse);
export const migrations: readonly Source[] = filesBelow('migrations', '.ts').map(parse);

/** The room that a file stands in: a folder of `src`, or a file beside the rooms. */
export const roomOf = (file: string): string =>
  file.startsWith('migrations/') ? 'migrations' : (file.split('/')[1] ?? '').replace(/\.ts$/, '');

export interface Declared {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly isExported: boolean;
}

const nameOf = (identifier: unknown): string => (identifier as { value?: string }).value ?? '';

/** Functions, classes, constants and types at the top of a file. */
export function declarationsIn({ syntax }: Source): readonly Declared[] {
  return syntax.body.flatMap((item) => {
    const isExported = item.type === 'ExportDeclaration';
    const declaration = (isExported ? item.declaration : item) as unknown as SyntaxNode;
    const nodes = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
    return (nodes as readonly SyntaxNode[])
      .map((node) => ({ name: nameOf(node.identifier ?? node.id ?? {}), node, isExported }))
      .filter(({ name }) => name !== '');
  });
}
