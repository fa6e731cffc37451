/** What holds the house together: who may import whom, what stays pure, what must not be forgotten. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { expirableTables } from '../src/storage/expirable.js';

const filesBelow = (folder: string, ending = '.ts'): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));

const text = (file: string): string => readFileSync(file, 'utf8');

/** The code without comments; addresses in texts keep their slashes. */
const code = (file: string): string => text(file).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

const sources = filesBelow('src');
const everything = [...sources, ...filesBelow('migrations')];

const importPattern = /(import type [^']*?)?(?:\bfrom|\bimport|\bimport\s*\()\s*'([^']+)'/g;

interface Import {
  readonly from: string;
  /** A file of ours, or the name of a package. */
  readonly to: string;
  /** Gone when the program runs. */
  readonly isType: boolean;
}

const importsOf = (file: string): readonly Import[] =>
  [...code(file).matchAll(importPattern)].map(([, type, to = '']) => ({
    from: file,
    isType: type !== undefined,
    to: to.startsWith('.') ? normalize(join(dirname(file), to)).replace(/\.js$/, '.ts') : to,
  }));

const imports = new Map(everything.map((file) => [file, importsOf(file)]));
const ours = (file: string): readonly string[] =>
  (imports.get(file) ?? []).map(({ to }) => to).filter((to) => imports.has(to));

/** Rooms from top to bottom; rooms of one floor do not import each other, but for the first floor, which works hand in hand. */
const floors: readonly (readonly string[])[] = [
  ['main'],
  ['process'],
  ['commands', 'jobs'],
  ['authz', 'idp', 'rs', 'spa-rp'],
  ['administration', 'pages', 'resource', 'events'],
  ['storage', 'http', 'migrations'],
  ['crypto', 'telemetry'],
  ['cache'],
  ['config'],
  ['protocol', 'clock'],
];

const handInHand = [
  ['storage', 'migrations'],
  ['commands', 'jobs'],
];

const roomOf = (file: string): string =>
  file.startsWith('migrations/') ? 'migrations' : (file.split('/')[1] ?? '').replace(/\.ts$/, '');
const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(file)));

function mayImport(from: string, to: string): boolean {
  if (roomOf(from) === roomOf(to)) return true;
  if (handInHand.some((rooms) => rooms.includes(roomOf(from)) && rooms.includes(roomOf(to)))) return true;
  return floorOf(from) < floorOf(to);
}

function reachableFrom(start: readonly string[]): ReadonlySet<string> {
  const reached = new Set(start);
  for (const file of reached) for (const next of ours(file)) reached.add(next);
  return reached;
}

/** The first circle found by going down from `file`, or nothing. */
function circleFrom(file: string, path: readonly string[] = [], done = new Set<string>()): readonly string[] {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return [];
  const loaded = new Set((imports.get(file) ?? []).filter(({ isType }) => !isType).map(({ to }) => to));
  for (const next of ours(file).filter((to) => loaded.has(to))) {
    const circle = circleFrom(next, [...path, file], done);
    if (circle.length > 0) return circle;
  }
  done.add(file);
  return [];
}

describe('imports', () => {
  it('every file belongs to a room of the plan', () => {
    expect(everything.filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  it('only fall', () => {
    const climbing = everything.flatMap((file) =>
      ours(file)
        .filter((to) => !mayImport(file, to))
        .map((to) => `${file} → ${to}`),
    );
    expect(climbing).toEqual([]);
  });

  it('name files that are there', () => {
    const broken = [...imports.values()].flat().filter(({ to }) => /^(src|migrations)\//.test(to) && !imports.has(to));
    expect(broken.filter(({ to }) => to.endsWith('.ts'))).toEqual([]);
  });

  it('go in no circle', () => {
    const done = new Set<string>();
    expect(everything.map((file) => circleFrom(file, [], done)).find((circle) => circle.length > 0) ?? []).toEqual([]);
  });

  it.each(['rs', 'spa-rp'])('%s reaches no storage, neither itself nor through others', (role) => {
    const reached = [...reachableFrom(sources.filter((file) => roomOf(file) === role))];
    expect(reached.filter((file) => roomOf(file) === 'storage')).toEqual([]);
  });

  it.each(['rs', 'spa-rp'])('%s loads neither ORM nor driver', (role) => {
    const reached = [...reachableFrom(sources.filter((file) => roomOf(file) === role))];
    const packages = reached.flatMap((file) => (imports.get(file) ?? []).map(({ to }) => to));
    expect(packages.filter((name) => ['pg', 'typeorm', '@node-rs/argon2'].includes(name))).toEqual([]);
  });

  it('nothing is exported second-hand', () => {
    expect(sources.filter((file) => /^export\s*(\*|(type\s*)?\{[^}]*\}\s*from)/m.test(code(file)))).toEqual([]);
  });
});

const protocol = sources.filter((file) => roomOf(file) === 'protocol');

describe('protocol', () => {
  it('imports itself and hashing, nothing else', () => {
    const others = protocol
      .flatMap((file) => imports.get(file) ?? [])
      .filter(({ to }) => !to.startsWith('src/protocol/') && to !== 'node:crypto');
    expect(others).toEqual([]);
    const named = protocol.flatMap((file) =>
      [...code(file).matchAll(/import\s*\{([^}]*)\}\s*from 'node:crypto'/g)].flatMap(([, names = '']) =>
        names.split(',').map((name) => name.trim()),
      ),
    );
    const hashing = ['createHash', 'createHmac', 'hash', 'timingSafeEqual', 'type KeyObject', ''];
    expect(named.filter((name) => !hashing.includes(name))).toEqual([]);
  });

  it('knows no time, chance, process or network', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bfetch\(|\bset(Timeout|Interval)\b|\bconsole\./;
    expect(protocol.filter((file) => impure.test(code(file)))).toEqual([]);
  });

  it('every rule names the section that it stands for; types are explained by the rules that use them', () => {
    const section =
      /\b(RFC \d{3,5}(bis)?|OIDC [A-Z][\w- ]+|(OAuth 2\.0 )?Multiple Response Types?( Encoding)?|FAPI 2\.0[\w -]*|(OAuth 2\.0 )?Multiple Response Types?( Encoding)?|NIST SP [\d-]+\w?|OAuth 2\.1|FIDO|WebAuthn)[\w ,-]* ?§[\dA-Z]/;
    const anonymous = protocol.flatMap((file) =>
      [...text(file).matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export (?:async )?(?:function|const|class) (\w+)/gm)]
        .filter(([, comment = '']) => !section.test(comment.replace(/\n\s*\*\s?/g, ' ')))
        .map(([, , name]) => `${file} ${name}`),
    );
    expect(anonymous).toEqual([]);
  });
});

describe('what only one place does', () => {
  it('reads time in clock.ts; the page in the browser has a clock of its own', () => {
    const readers = sources.filter((file) => /\bDate\.now\b|\bnew Date\(\)/.test(code(file)));
    expect(readers.filter((file) => file !== 'src/clock.ts' && !file.startsWith('src/spa-rp/browser/'))).toEqual([]);
  });

  it('knows all four roles in process/roles.ts', () => {
    const roles = ['authz', 'idp', 'rs', 'spa-rp'];
    const outside = sources.filter((file) => !roles.includes(roomOf(file)) && file !== 'src/process/roles.ts');
    expect(outside.filter((file) => ours(file).some((to) => roles.includes(roomOf(to))))).toEqual([]);
  });

  it('ends the process in process/lifecycle.ts', () => {
    expect(sources.filter((file) => /\bprocess\.exit\(/.test(code(file)))).toEqual(['src/process/lifecycle.ts']);
  });
});

describe('storage', () => {
  it('sweeps every table with an expires_at, and no other', () => {
    const tables = filesBelow('migrations').flatMap((file) => [
      ...[...text(file).matchAll(/CREATE (?:UNLOGGED )?TABLE (\w+) \(([^`]*)`/g)]
        .filter(([, , columns = '']) => /\bexpires_at\b/.test(columns))
        .map(([, table = '']) => table),
      ...[...text(file).matchAll(/ALTER TABLE (\w+) ADD (?:COLUMN )?expires_at/g)].map(([, table = '']) => table),
    ]);
    expect([...expirableTables].sort()).toEqual([...new Set(tables)].sort());
  });
});

describe('names', () => {
  const drawers = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'services', 'managers', 'misc', 'lib'];

  it('there is no drawer', () => {
    const parts = sources.map((file) => [file, file.replace(/\.ts$/, '').split('/')] as const);
    expect(parts.filter(([, names]) => names.some((name) => drawers.includes(name))).map(([file]) => file)).toEqual([]);
  });

  it('files are in kebab-case after what is in them', () => {
    expect(sources.filter((file) => !/^src(\/[a-z0-9-]+)+\.ts$/.test(file))).toEqual([]);
  });

  it('say what a thing is, not that it is one', () => {
    const empty =
      /^export (?:abstract )?(?:class|interface|type|function|const|enum) (\w*(?:Manager|Helper|Utils?|Service|Impl|Base|Data|Info))\b/gm;
    const named = sources.flatMap((file) => [...code(file).matchAll(empty)].map(([, name]) => `${file} ${name}`));
    expect(named).toEqual([]);
  });

  it('classes are entities, errors and secrets', () => {
    const others = sources.flatMap((file) =>
      [...code(file).matchAll(/^(@Entity[\s\S]*?)?^(?:export )?(?:abstract )?class (\w+)(?: extends (\w+))?/gm)]
        .filter(([, entity, name, parent = '']) => !entity && !/Error$|Refusal$/.test(parent) && name !== 'Secret')
        .map(([, , name]) => `${file} ${name}`),
    );
    expect(others).toEqual([]);
  });

  it.each(['authz', 'idp', 'rs', 'spa-rp'])('%s/index.ts opens with its room card', (role) => {
    const [card = ''] = /^\/\*\*[\s\S]*?\*\//.exec(text(`src/${role}/index.ts`)) ?? [];
    for (const what of [/owns/i, /never/i, /talks to/i]) expect(card).toMatch(what);
  });
});

describe('docs/pitfalls.md', () => {
  it('names tests that are there', () => {
    const cells = [...text('docs/pitfalls.md').matchAll(/\]\(\.\.\/(test\/[^)]+)\): ((?:“[^”]+”(?:, )?)+)/g)];
    expect(cells.length).toBeGreaterThan(100);
    const absent = cells.flatMap(([, file = '', titles = '']) => {
      const test = text(file);
      return [...titles.matchAll(/“([^”]+)”/g)].flatMap(([, title = '']) =>
        test.includes(title) ? [] : [`${file}: ${title}`],
      );
    });
    expect(absent).toEqual([]);
  });
});
