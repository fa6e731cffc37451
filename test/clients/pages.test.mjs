// The pages of docs/integrate quote the recipes that the other suites run, letter by letter.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'docs/integrate');
const pages = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** `<!-- quotes FILE [NAME] -->` and the block below it. */
const quotations = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/<!-- quotes (\S+?)(?: (\S+))? -->\n+```\w*\n(.*?)```\n/gs)].map(([, file, region, quoted]) => ({
    page: name,
    file,
    region,
    quoted,
  })),
);

const trimmed = (text) => text.replace(/^\n+|\s+$/g, '');

/** Without the indentation that all lines share. */
function outdented(lines) {
  const depth = (line) => /^[ \t]*/.exec(line)[0].length;
  const least = Math.min(...lines.filter((line) => line.trim() !== '').map(depth));
  return lines.map((line) => line.slice(least));
}

/** What lies between `recipe:begin` and `recipe:end`, as often as they come; all of a file without them. */
function recipe(file, region = '') {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  if (!lines.some((line) => line.includes('recipe:begin'))) return trimmed(lines.join('\n'));
  const parts = [];
  let part;
  for (const line of lines) {
    const begin = /recipe:begin(?: (\w+))?/.exec(line);
    if (begin) part = (begin[1] ?? '') === region ? [] : undefined;
    else if (line.includes('recipe:end')) {
      if (part) parts.push(trimmed(outdented(part).join('\n')));
      part = undefined;
    } else part?.push(line);
  }
  assert.ok(parts.length > 0, `${file} has no region ${region}`);
  return parts.join('\n\n');
}

test('each page quotes its recipes as they are', () => {
  assert.ok(quotations.length > 0);
  for (const { page, file, region, quoted } of quotations) {
    assert.ok(existsSync(join(root, file)), `docs/integrate/${page} quotes ${file}, which is not there`);
    assert.equal(trimmed(quoted), recipe(file, region), `docs/integrate/${page} differs from ${file}`);
  }
});

test('each recipe and each registration is quoted by a page', () => {
  const quoted = new Set(quotations.map(({ file }) => file));
  const files = [
    'recipes',
    ...['go-oidc', 'authlib', 'oauth2-proxy', 'mod-auth-openidc', 'spring'].map((name) => `others/${name}`),
  ]
    .flatMap((name) =>
      readdirSync(join(root, 'test/clients', name), { recursive: true }).map((file) => join(name, String(file))),
    )
    .filter((file) => /\.(mjs|ts|yml|go|py|cfg|conf|java|txt)$/.test(file) && !file.endsWith('Application.java'));
  assert.deepEqual(
    files.map((file) => join('test/clients', file)).filter((file) => !quoted.has(file)),
    [],
  );
});

test('the page of facts leads to every recipe, and no link of a page is dead', () => {
  const links = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => ({
      name,
      target: relative(folder, join(dirname(join(folder, name)), target)),
    })),
  );
  assert.deepEqual(
    links.filter(({ target }) => !existsSync(join(folder, target))),
    [],
  );
  const listed = new Set(links.filter(({ name }) => name === 'README.md').map(({ target }) => target));
  assert.deepEqual(
    pages.map(({ name }) => name).filter((name) => name !== 'README.md' && !listed.has(name)),
    [],
  );
});
