/** What documents say about the repository is there, and nothing refers to what lies outside it. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { house } from './floors.js';
import { filesBelow, text } from './source.js';

const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')];
const decisions = filesBelow('docs/decisions', '.md').filter((file) => !file.endsWith('README.md'));

/** Everything that people write, but for pictures and what tools make. */
const written = [
  ...documents,
  ...['src', 'test', 'migrations', 'configs', 'deployments', '.ci'].flatMap((folder) => filesBelow(folder)),
  ...['Dockerfile', 'package.json', 'jest.config.ts', 'biome.json', 'tsconfig.json'],
].filter((file) => !/\.(png|ico)$/.test(file));

const places = (file: string, name: string): readonly string[] => [name, join('docs', name), join(dirname(file), name)];

/** Each match of a pattern's first group that `isThere` does not find, with the file that names it. */
const missing = (
  files: readonly string[],
  pattern: RegExp,
  isThere: (file: string, name: string) => boolean,
): readonly string[] =>
  files.flatMap((file) =>
    [...text(file).matchAll(pattern)]
      .map(([, name = '']) => name)
      .filter((name) => !isThere(file, name))
      .map((name) => `${file} → ${name}`),
  );

describe('references', () => {
  it('name no document outside the repository', () => {
    const document = /(?<![\w/.:$-])((?:\.{1,2}\/)*[\w-]+(?:\/[\w.-]+)*\.md)\b/g;
    const isThere = (file: string, name: string) => places(file, name).some((place) => existsSync(place));
    expect(missing(written, document, isThere)).toEqual([]);
  });

  it('name decisions that were made', () => {
    const isThere = (_: string, number: string) => decisions.some((file) => file.includes(`/${number}-`));
    expect(missing(written, /\bdecision (\d{4})\b/g, isThere)).toEqual([]);
  });

  it('lead to files that are there', () => {
    const link = /\]\((?!\w+:|#)([^)#\s]+)[^)]*\)/g;
    expect(missing(documents, link, (file, target) => existsSync(join(dirname(file), target)))).toEqual([]);
  });

  it('name paths that are there', () => {
    const rooms = new Set(filesBelow('src').map((file) => file.split('/')[1] ?? ''));
    const tops = ['src', 'test', 'docs', 'configs', 'deployments', 'migrations', '.ci'];
    const isPath = (name: string) => tops.includes(name.split('/')[0] ?? '') || rooms.has(name.split('/')[0] ?? '');
    const isThere = (_: string, name: string) =>
      !isPath(name) || [name, join('src', name)].some((place) => existsSync(normalize(place)));
    const guides = documents.filter((file) => !/CHANGELOG|runbook/.test(file));
    expect(missing(guides, /`((?:[\w.-]+\/)+[\w.-]*)`/g, isThere)).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it('draws the floors as they are', () => {
    const [, drawing = ''] = /\n## Rooms\n[\s\S]*?```\n([\s\S]*?)```/.exec(text('docs/architecture.md')) ?? [];
    const drawn = drawing
      .trimEnd()
      .split('\n')
      .map((line) => (line.trim().split(/ {6,}/)[0] ?? '').split(/ +/));
    const plan = house.map((floor) => floor.filter((room) => room !== 'migrations'));
    expect(drawn.map((floor) => floor.map((room) => room.replace(/\/$|\.ts$/, '')))).toEqual(plan);
  });
});

describe('docs/decisions', () => {
  it.each(decisions)('%s is in the list, under its number', (file) => {
    const [, name = '', number] = /\/((\d{4})-[\w-]+\.md)$/.exec(file) ?? [];
    expect(text('docs/decisions/README.md')).toContain(`| [${number}](${name}) |`);
    expect(text(file)).toMatch(new RegExp(`^# ${number}\\. `));
  });
});

describe('docs/performance.md', () => {
  it('has a table of each part of the benchmark, and says how to repeat it', () => {
    const [, list = ''] = /\nexport const parts = \{ (.*) \};/.exec(text('test/bench/parts.mjs')) ?? [];
    const parts = list.split(', ');
    expect(parts).toContain('endpoints');
    const page = text('docs/performance.md');
    const tables = [...page.matchAll(/^<!-- (\w+) -->\n\n\|[\s\S]*?^<!-- \/\1 -->$/gm)].map(([, part]) => part);
    expect(tables.toSorted()).toEqual(parts.toSorted());
    const [, repeated = ''] = /```bash\n([\s\S]*?)```/.exec(page) ?? [];
    expect(parts.filter((part) => part !== 'endpoints' && !new RegExp(`\\b${part}\\b`).test(repeated))).toEqual([]);
  });
});

describe('README.md', () => {
  it('answers each question with two files at most', () => {
    const [, table = ''] = /\nWhere things are decided:\n([\s\S]*?)\n## /.exec(text('README.md')) ?? [];
    const answers = [...table.matchAll(/^\| (.*\?) \| (.*) \|$/gm)];
    expect(answers.length).toBeGreaterThanOrEqual(10);
    const long = answers.filter(([, , answer = '']) => [...answer.matchAll(/`[\w./-]+\.(ts|md|yml)`/g)].length > 2);
    expect(long.map(([, question]) => question)).toEqual([]);
  });

  it('fits on a few pages, as do the scripts of package.json', () => {
    expect(text('README.md').split('\n').length).toBeLessThanOrEqual(250);
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).length).toBeLessThanOrEqual(12);
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

describe('docs/security.md', () => {
  const rows = [...text('docs/security.md').matchAll(/^\| ([SIR]\d+) \| [^|]+ \| (.+) \|$/gm)];

  it('answers every finding', () => {
    const numbers = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
    expect(rows.map(([, number]) => number)).toEqual([...numbers('S', 30), ...numbers('I', 12), ...numbers('R', 6)]);
  });

  it('names files with tests that begin with the number', () => {
    const absent = rows.flatMap(([, number, answer = '']) =>
      [...answer.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)]
        .filter(([, file = '']) => !new RegExp(`\\b${number}(, [SIR]\\d+)*: `).test(text(file)))
        .map(([, file]) => `${number} ${file}`),
    );
    expect(absent).toEqual([]);
  });
});
