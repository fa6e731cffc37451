/** What docs/conformance-requirements.md and docs/conformance.md say is so: of tests, and of runs of the conformance suite. */
import { describe, expect, it } from '@jest/globals';
import { filesBelow, text } from './source.js';

const listed = [...text('docs/conformance-requirements.md').matchAll(/^\| (§.*) \| `([^`]*)`.*\|$/gm)].map(
  ([, title, file]) => `${file} ${title}`,
);
const titles = filesBelow('test', '.test.ts')
  .filter((file) => !file.startsWith('test/architecture/'))
  .flatMap((file) =>
    [...text(file).matchAll(/['`](§\d+(?:\.\d+)+: [^'`\n]*)['`]/g)].map(([, title]) => `${file} ${title}`),
  );

describe('docs/conformance-requirements.md', () => {
  it('names tests that are there, by their titles', () => {
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.filter((each) => !titles.includes(each))).toEqual([]);
  });
});

interface Run {
  readonly plan: string;
  readonly modules: readonly {
    readonly module: string;
    readonly result: string;
    readonly remarks: readonly string[];
  }[];
}

describe('docs/conformance.md', () => {
  const { plans } = JSON.parse(text('docs/conformance.json')) as { readonly plans: readonly Run[] };
  const sections = text('docs/conformance.md').split('\n## ').slice(1);
  const rows = sections
    .filter((section) => section.startsWith('oidcc-'))
    .map((section) => [...section.matchAll(/^\| `([^`]+)` \| (\w+) \| (.*)\|$/gm)].map(([, ...cells]) => cells));

  it('says of each module what the suite said', () => {
    expect(plans.length).toBeGreaterThanOrEqual(9);
    expect(rows.map((section) => section.map(([module, result]) => `${result} ${module}`))).toEqual(
      plans.map(({ modules }) => modules.map(({ module, result }) => `${result.toLowerCase()} ${module}`)),
    );
  });

  it('explains whatever did not pass', () => {
    const unexplained = rows.flat().filter(([, result, why]) => result !== 'passed' && (why ?? '').trim() === '');
    expect(unexplained).toEqual([]);
  });

  it('has no failure but those of a provider without the implicit flow (OIDC Core §15.2)', () => {
    const remarks = plans.flatMap(({ modules }) => modules.flatMap((module) => module.remarks));
    expect(remarks.flatMap((remark) => /^(?:FAILURE|WARNING) (\w+):/.exec(remark)?.[1] ?? [])).toEqual([
      'OIDCCCheckDiscEndpointResponseTypesSupportedDynamic',
      'OIDCCCheckDiscEndpointGrantTypesSupportedDynamic',
    ]);
  });
});
