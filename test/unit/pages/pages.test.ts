import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { brandOf, plainBrand } from '../../../src/pages/brand.js';
import { renderErrorPage } from '../../../src/pages/error.js';
import { renderFormPost } from '../../../src/pages/form-post.js';
import { html, webLink } from '../../../src/pages/html.js';
import { imageSource } from '../../../src/pages/image-source.js';
import { layout } from '../../../src/pages/layout.js';
import { viewFor } from '../../../src/pages/view.js';

const hostile = `"><script>alert('1')</script>&`;
const sourceOf = (page: string, tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)?.[1] ?? '';
const hashOf = (source: string) => `sha256-${createHash('sha256').update(source).digest('base64')}`;

const reader = { accepted: undefined, chosen: undefined, chosenFor: undefined };
const view = viewFor(plainBrand, reader);
const plain = { productName: 'Identity', language: 'en' as const, links: [], colours: { light: {}, dark: {} } };
const policyOf = ({ headers }: ReturnType<typeof layout>) => new Map(headers).get('Content-Security-Policy');

describe('Pages', () => {
  it('escape what is inserted, in text and in attributes', () => {
    const links = [{ text: hostile, url: hostile, translations: {} }];
    const brand = brandOf({ ...plain, productName: hostile, logoUrl: hostile, links });
    const { html: page } = renderErrorPage(
      { ...view, brand, here: hostile },
      { status: 400, title: hostile, fault: hostile, message: hostile, requestId: hostile },
    );
    expect(page).not.toContain('<script>');
    expect(page).not.toContain("alert('");
  });

  it('refuse a promise instead of printing it', () => {
    expect(() => html`${Promise.resolve('x')}`).toThrow(TypeError);
  });

  it('carry exactly the style and the script whose hashes the policy names', () => {
    const colours = { light: { accent: '#0a5f38' }, dark: { accent: '#7fe0b0', ground: '#000000' } };
    const brand = brandOf({ ...plain, colours, stylesheet: '.card{\r\nborder-radius:0}\r\n' });
    const sent = renderFormPost({ ...view, brand }, { action: 'https://app.example/cb', parameters: { code: 'c' } });
    const page = sent.html;
    expect(policyOf(sent)).toContain(`style-src '${hashOf(sourceOf(page, 'style'))}'`);
    expect(policyOf(sent)).toContain(`script-src '${hashOf(sourceOf(page, 'script'))}'`);
    expect(sourceOf(page, 'style')).toMatch(/--accent:#0a5f38.*--accent:#7fe0b0.*border-radius:0/s);
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', ' https://x', undefined])(
    'makes no link of %s',
    (address) => {
      expect(webLink(address)).toBeUndefined();
    },
  );
});

describe('Right to left', () => {
  const rtl = { ...view, texts: { ...view.texts, direction: 'rtl' as const } };

  it('is said of the page, and the words of the protocol run their own way', () => {
    const page = renderErrorPage(rtl, { status: 400, title: 'x', fault: 'Wrong.', message: 'y' });
    expect(page.html).toContain('<html lang="en" dir="rtl">');
    expect(page.html).toContain('<span lang="en" dir="ltr">Wrong.</span>');
  });

  it('breaks nothing: no side of the style is left or right', () => {
    expect(plainBrand.stylesheet).not.toMatch(/(^|[;{\s-])(left|right)\b|:\s*(left|right)\b|float/);
  });
});

describe('A page in a popup (OIDC Core §3.1.2.1 `display`)', () => {
  it('is compact, and any other is not', () => {
    const body = (compact?: boolean) =>
      /<body[^>]*>/.exec(layout({ ...view, compact }, { title: 'x' }, html``).html)?.[0];
    expect([body(true), body(false), body()]).toEqual(['<body class="compact">', '<body>', '<body>']);
  });
});

describe('Images', () => {
  const framed = (clientLogo?: string, logo = {}) =>
    layout({ ...view, brand: brandOf({ ...plain, ...logo }) }, { title: 'x', clientLogo }, html``);

  it('are allowed by their own address, and only where there is one', () => {
    expect(policyOf(framed())).not.toContain('img-src');
    const page = framed('https://app.example/logo.svg?v=2', { logoUrl: 'https://us.example/mark.png' });
    expect(policyOf(page)).toContain('img-src https://us.example/mark.png https://app.example/logo.svg');
    expect(page.html).toContain('src="https://app.example/logo.svg?v=2" alt="" referrerpolicy="no-referrer"');
  });

  it('from the configuration stand in the page', () => {
    const page = framed(undefined, { logo: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
    expect(policyOf(page)).toContain('img-src data:');
    expect(page.html).toContain('src="data:image/svg+xml,%3Csvg');
  });

  it.each([
    ['https://app.example/a;b,c.png', 'https://app.example/a%3Bb%2Cc.png'],
    ['https://app.example', 'https://app.example/'],
    ['https://*.app.example/a.png', undefined],
    ['https://*/a.png', undefined],
    ['javascript:alert(1)', undefined],
    ['https://', undefined],
    [undefined, undefined],
  ])('%s is allowed as %s', (address, source) => {
    expect(imageSource(address)).toBe(source);
  });
});

describe('Form Post Response Mode §2', () => {
  it('holds each parameter, escaped, and none that is undefined', () => {
    const { html: page } = renderFormPost(view, {
      action: 'https://app.example/cb?a=1&b=2',
      parameters: { code: 'c', state: hostile, error: undefined },
    });
    expect(page).toContain('<form method="post" action="https://app.example/cb?a=1&amp;b=2">');
    expect(page).toContain('<input type="hidden" name="code" value="c">');
    expect(page).toContain('name="state" value="&quot;&gt;&lt;script&gt;');
    expect(page).not.toContain('name="error"');
  });
});
