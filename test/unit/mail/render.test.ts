import { describe, expect, it } from '@jest/globals';
import { type RenderedMail, renderMail } from '../../../src/mail/render.js';
import { sealed, unsealed } from '../../../src/mail/sealing.js';
import { type TemplateName, type TemplateParameters, templates } from '../../../src/mail/templates/templates.js';
import { textsIn } from '../../../src/mail/texts/languages.js';
import { languages } from '../../../src/protocol/language.js';
import { configuration } from '../../support/configuration.js';
import { start } from '../../support/rows.js';

const at = '2030-01-02T15:04:05.678Z';
const samples: TemplateParameters = {
  account_deletion: { at, until: '2030-01-16T15:04:05.678Z' },
  new_device: { at, application: 'Web shop', address: '2001:db8::1' },
  password_changed: { at },
  password_reset: { url: 'https://id.example/link', minutes: 30 },
  invitation: { url: 'https://id.example/link', until: '2030-01-09T15:04:05.678Z', application: 'Web shop' },
  sign_up: { url: 'https://id.example/link', hours: 24 },
  email_code: { minutes: 10, afterPassword: true },
  account_exists: { url: 'https://id.example/link', minutes: 30 },
  change_email: { url: 'https://id.example/link', hours: 24 },
  email_changed: { url: 'https://id.example/link', days: 7, at },
  passkey_added: { at },
  passkey_removed: { at },
  authenticator_added: { at },
  authenticator_removed: { at },
  recovery_codes_replaced: { at },
  identity_linked: { at },
  identity_unlinked: { at },
  sessions_ended: { at },
};
const secret = 'known-to-the-recipient-alone';

/** Templates with a link that only the recipient may know. */
const hasLink = (template: string): boolean => 'url' in (samples[template as TemplateName] ?? {});

/** What only the recipient of such a mail may know. */
const secretOf = (template: string): string | null =>
  template === 'email_code' ? '12345678' : hasLink(template) ? secret : null;

const id = '7f1c0a52-6a39-4f0c-9a51-0e6a0a3c1f52';

const render = (template: string, parameters: object, language = 'en', setting = configuration): RenderedMail => {
  const kept = secretOf(template);
  return renderMail(
    {
      id,
      userId: null,
      recipient: 'ann@example.com',
      template,
      language,
      parameters: { ...parameters },
      sealedSecret: kept === null ? null : sealed(setting.keyEncryptionKeys, id, kept),
      createdAt: start,
      attempts: 1,
      deliverBefore: start,
      lastError: null,
    },
    setting,
  );
};

describe('a mail', () => {
  const all = languages.flatMap((language) =>
    (Object.keys(templates) as TemplateName[]).map((template) => [template, language] as const),
  );

  it.each(all)('%s in %s says the same as text and as HTML, completely', (template, language) => {
    const { subject, text, html } = render(template, samples[template], language);
    expect(subject).toContain('Test Identity');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).toContain(`<html lang="${language}">`);
    const link = hasLink(template) ? `https://id.example/link/${secret}` : 'https://help.example/password';
    expect(html).toContain(`href="${link}"`);
    expect(text).toContain(link);
    for (const line of text.split('\n').filter((part) => /^\p{L}.*\.$/u.test(part)))
      expect(html).toContain(line.replaceAll("'", '&#39;'));
    expect(text + html).not.toMatch(/undefined|null|\[object|function/);
    if (secretOf(template) === null) expect(text).toContain('2030');
  });

  it('shows a code in two groups, and says whether the password is known to whoever asked for it', () => {
    const [after, instead] = [true, false].map((afterPassword) => render('email_code', { minutes: 10, afterPassword }));
    for (const mail of [after, instead]) expect(mail?.text).toContain('Code: 1234 5678\n');
    expect([after?.text.includes('knows your password'), instead?.text.includes('knows your password')]).toEqual([
      true,
      false,
    ]);
    expect(instead?.html).not.toContain('<a ');
  });

  it('is in another language in each', () => {
    const subjects = languages.map((language) => render('new_device', samples.new_device, language).subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it.each([
    ['de-AT', 'de'],
    ['FR', 'fr'],
    ['es_MX', 'es'],
    ['en-GB', 'en'],
    ['pt', 'en'],
    ['constructor', 'en'],
    ['', 'en'],
  ])('for %j is in %s', (tag, language) => {
    expect(textsIn(tag, 'en').language).toBe(language);
  });

  it('escapes what a client is called, and keeps it in one line', () => {
    const application = '<img src=x onerror="alert(1)">\r\n\r\nYour password is wrong: https://evil.example';
    const { text, html } = render('new_device', { ...samples.new_device, application });
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
    expect(text).toContain(
      'Application: <img src=x onerror="alert(1)"> Your password is wrong: https://evil.example\n',
    );
  });

  it('leaves out what is not known', () => {
    const { lostPasswordUrl: _, ...pages } = configuration.pages;
    const { text, html } = render('new_device', { ...samples.new_device, address: null }, 'en', {
      ...configuration,
      pages,
    });
    expect(text).not.toContain('Internet address');
    expect(html).not.toContain('<a ');
  });

  it.each(['nothing', 'constructor', '__proto__'])('of the template %s cannot be made', (template) => {
    expect(() => render(template, {})).toThrow(`this release has no template ${template}`);
  });
});

describe('a sealed secret', () => {
  const keys = configuration.keyEncryptionKeys;

  it('opens in its own mail only', () => {
    const secret = sealed(keys, 'one', 'the token of a link');
    expect(secret.includes('token')).toBe(false);
    expect(unsealed(keys, 'one', secret)).toBe('the token of a link');
    expect(() => unsealed(keys, 'two', secret)).toThrow();
  });
});
