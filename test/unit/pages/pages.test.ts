import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { renderErrorPage } from '../../../src/pages/error.js';
import { formPostScriptHash, renderFormPost } from '../../../src/pages/form-post.js';
import { html, webLink } from '../../../src/pages/html.js';
import { stylesheetHash } from '../../../src/pages/stylesheet.js';

const hostile = `"><script>alert('1')</script>&`;
const sourceOf = (page: string, tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)?.[1] ?? '';
const hashOf = (source: string) => `sha256-${createHash('sha256').update(source).digest('base64')}`;

describe('Pages', () => {
  it('escape what is inserted, in text and in attributes', () => {
    const page = renderErrorPage({
      status: 400,
      title: hostile,
      message: hostile,
      requestId: hostile,
      productName: hostile,
    });
    expect(page).not.toContain('<script>');
    expect(page).not.toContain("alert('");
  });

  it('refuse a promise instead of printing it', () => {
    expect(() => html`${Promise.resolve('x')}`).toThrow(TypeError);
  });

  it('carry exactly the style and the script whose hashes the policy names', () => {
    const page = renderFormPost({ action: 'https://app.example/cb', parameters: { code: 'c' } });
    expect(hashOf(sourceOf(page, 'style'))).toBe(stylesheetHash);
    expect(hashOf(sourceOf(page, 'script'))).toBe(formPostScriptHash);
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', ' https://x', undefined])(
    'makes no link of %s',
    (address) => {
      expect(webLink(address)).toBeUndefined();
    },
  );
});

describe('Form Post Response Mode §2', () => {
  it('holds each parameter, escaped, and none that is undefined', () => {
    const page = renderFormPost({
      action: 'https://app.example/cb?a=1&b=2',
      parameters: { code: 'c', state: hostile, error: undefined },
    });
    expect(page).toContain('<form method="post" action="https://app.example/cb?a=1&amp;b=2">');
    expect(page).toContain('<input type="hidden" name="code" value="c">');
    expect(page).toContain('name="state" value="&quot;&gt;&lt;script&gt;');
    expect(page).not.toContain('name="error"');
  });
});
