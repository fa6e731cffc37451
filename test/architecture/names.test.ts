/** Names, and what only one place does. */
import { describe, expect, it } from '@jest/globals';
import { expirableTables } from '../../src/storage/expirable.js';
import { declarationsIn, migrations, nodesIn, type SyntaxNode, sources, text } from './source.js';

const filesWith = (pattern: RegExp): readonly string[] =>
  sources.filter(({ code }) => pattern.test(code)).map(({ file }) => file);

describe('what only one place does', () => {
  it('reads time in clock.ts; the page in the browser has a clock of its own', () => {
    const readers = filesWith(/\bDate\.now\b|\bnew Date\(\)/);
    expect(readers.filter((file) => !file.startsWith('src/spa-rp/browser/'))).toEqual(['src/clock.ts']);
  });

  it('ends the process in process/lifecycle.ts', () => {
    expect(filesWith(/\bprocess\.exit\(/)).toEqual(['src/process/lifecycle.ts']);
  });

  it('sweeps every table with an expires_at, and no other', () => {
    const tables = migrations.flatMap((migration) => [
      ...[...migration.text.matchAll(/CREATE (?:UNLOGGED )?TABLE (\w+) \(([^`]*)`/g)]
        .filter(([, , columns = '']) => /\bexpires_at\b/.test(columns))
        .map(([, table = '']) => table),
      ...[...migration.text.matchAll(/ALTER TABLE (\w+) ADD (?:COLUMN )?expires_at/g)].map(([, table = '']) => table),
    ]);
    expect([...expirableTables].sort()).toEqual([...new Set(tables)].sort());
  });
});

const isEntity = ({ decorators }: SyntaxNode): boolean =>
  [...nodesIn(decorators)].some(({ type, value }) => type === 'Identifier' && value === 'Entity');

const isError = ({ superClass }: SyntaxNode): boolean =>
  /Error$|Refusal$/.test((superClass as { value?: string } | null)?.value ?? '');

describe('names', () => {
  const drawers = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'services', 'managers', 'misc', 'lib'];

  it('there is no drawer', () => {
    const named = sources.filter(({ file }) =>
      drawers.some((drawer) => file.replace(/\.ts$/, '').split('/').includes(drawer)),
    );
    expect(named.map(({ file }) => file)).toEqual([]);
  });

  it('files are in kebab-case after what is in them', () => {
    const others = sources.filter(({ file }) => !/^src(\/[a-z0-9-]+)+\.ts$/.test(file));
    expect(others.map(({ file }) => file)).toEqual([]);
  });

  it('say what a thing is, not that it is one', () => {
    const empty = /(Manager|Helper|Utils?|Service|Impl|Base|Data|Info)$/;
    const exported = sources.flatMap((source) => declarationsIn(source).filter(({ isExported }) => isExported));
    expect(exported.map(({ name }) => name).filter((name) => empty.test(name))).toEqual([]);
  });

  it('classes are entities, errors and secrets', () => {
    const others = sources.flatMap((source) =>
      declarationsIn(source)
        .filter(({ node }) => node.type === 'ClassDeclaration')
        .filter(({ name, node }) => !isEntity(node) && !isError(node) && name !== 'Secret')
        .map(({ name }) => `${source.file} ${name}`),
    );
    expect(others).toEqual([]);
    const nameless = sources.filter(({ syntax }) =>
      [...nodesIn(syntax.body)].some(({ type }) => type === 'ClassExpression'),
    );
    expect(nameless.map(({ file }) => file)).toEqual([]);
  });

  it.each(['authz', 'idp', 'rs', 'spa-rp'])('%s/index.ts opens with its room card', (role) => {
    const [card = ''] = /^\/\*\*[\s\S]*?\*\//.exec(text(`src/${role}/index.ts`)) ?? [];
    for (const what of [/owns/i, /never/i, /talks to/i]) expect(card).toMatch(what);
  });
});
