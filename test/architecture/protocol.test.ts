/** Rules are pure, and those that refuse a request or write a document say which specification wants it. */
import { describe, expect, it } from '@jest/globals';
import type { Identifier } from '@swc/core';
import { declarationsIn, nodesIn, roomOf, type Source, type SyntaxNode, sources } from './source.js';

const protocol = sources.filter(({ file }) => roomOf(file) === 'protocol');

/** What a node calls or makes by name, and the class that it extends. */
const usedBy = (node: SyntaxNode): readonly string[] =>
  [...nodesIn(node)].flatMap(({ type, callee, superClass }) => {
    const used = type === 'ClassDeclaration' ? superClass : /^(Call|New)Expression$/.test(type) ? callee : undefined;
    return (used as SyntaxNode | null | undefined)?.type === 'Identifier' ? [(used as Identifier).value] : [];
  });

/** Whether a function makes members in the spelling of the wire: our own are never in snake_case. */
function writesDocument(node: SyntaxNode): boolean {
  const { type } = (node.init ?? node) as SyntaxNode;
  if (type !== 'ArrowFunctionExpression' && type !== 'FunctionDeclaration') return false;
  const members = [...nodesIn(node)].filter((part) => part.type === 'KeyValueProperty');
  return members.some(({ key }) => /^[a-z]+_[a-z_]+$/.test((key as { value?: string }).value ?? ''));
}

/** The file that declares what goes by a name in `source`: the same name elsewhere may be another thing. */
const declaringFile = (name: string, { file, imports }: Source): string =>
  imports.find(({ names }) => names.includes(name))?.to ?? file;

/** Whatever throws an OAuthError or writes a document of the wire, itself or through others of this room. */
function accountable(): ReadonlySet<string> {
  const all = protocol.flatMap((source) => declarationsIn(source).map((declared) => ({ source, ...declared })));
  const found = new Set(['src/protocol/oauth-error.ts OAuthError']);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const { source, name, node } of all) {
      const through = usedBy(node).map((used) => `${declaringFile(used, source)} ${used}`);
      if (through.some((used) => found.has(used)) || writesDocument(node)) found.add(`${source.file} ${name}`);
    }
  }
  return found;
}

/** The comment that stands directly above what is exported under a name. */
function commentOn(name: string, { text }: Source): string {
  const above = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\s*)?^export (?:async )?(?:function|const|class) ${name}\\b`,
    'm',
  );
  return (above.exec(text)?.[1] ?? '').replace(/\n\s*\*\s?/g, ' ');
}

const specifications = [
  /RFC \d{3,5}(bis)?/,
  /OIDC [A-Z][\w-]+[\w -]*/,
  /FAPI 2\.0[\w -]*/,
  /OAuth 2\.1/,
  /(OAuth 2\.0 )?Multiple Response Types?( Encoding)?/,
  /NIST SP [\d-]+\w?/,
  /FIDO|WebAuthn/,
];
const section = new RegExp(`\\b(${specifications.map(({ source }) => source).join('|')})[\\w ,-]* ?§[\\dA-Z]`);

describe('protocol', () => {
  it('imports itself and hashing, nothing else', () => {
    const others = protocol.flatMap(({ imports }) => imports).filter(({ to }) => !to.startsWith('src/protocol/'));
    expect(others.filter(({ to }) => to !== 'node:crypto')).toEqual([]);
    const hashing = ['createHash', 'createHmac', 'hash', 'timingSafeEqual', 'KeyObject'];
    expect(others.flatMap(({ names }) => names).filter((name) => !hashing.includes(name))).toEqual([]);
  });

  it('knows no time, chance, process or network', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bfetch\(|\bset(Timeout|Interval)\b|\bconsole\./;
    expect(protocol.filter(({ code }) => impure.test(code)).map(({ file }) => file)).toEqual([]);
  });

  it('every rule that refuses a request, and every document, names its section', () => {
    const rules = accountable();
    expect(rules.size).toBeGreaterThan(50);
    const anonymous = protocol.flatMap((source) =>
      declarationsIn(source)
        .filter(({ name, isExported }) => isExported && rules.has(`${source.file} ${name}`))
        .filter(({ name }) => !section.test(commentOn(name, source)))
        .map(({ name }) => `${source.file} ${name}`),
    );
    expect(anonymous).toEqual([]);
  });
});
