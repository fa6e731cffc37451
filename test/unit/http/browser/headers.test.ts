import { describe, expect, it } from '@jest/globals';
import { apiHeaders, pageHeaders } from '../../../../src/http/browser/headers.js';

const csp = (policy: Parameters<typeof pageHeaders>[0]): string =>
  Object.fromEntries(pageHeaders(policy))['Content-Security-Policy'] ?? '';

describe('security headers', () => {
  it('of an API let a browser do nothing', () => {
    expect(Object.fromEntries(apiHeaders({ secure: true }))).toEqual({
      'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
  });

  it('promise https only where there is https', () => {
    expect(Object.fromEntries(apiHeaders({ secure: false }))).not.toHaveProperty('Strict-Transport-Security');
  });

  it('of a page allow what the page names, and no framing, base or upgrade', () => {
    expect(csp({ formAction: 'self', styleHashes: ['sha256-abc='], scriptHashes: ['sha256-def='] })).toBe(
      "default-src 'none';base-uri 'none';frame-ancestors 'none';script-src 'sha256-def=';style-src 'sha256-abc=';form-action 'self'",
    );
    expect(csp({ formAction: 'self', scriptSources: ["'self'"], connectSources: ['https://a.example'] })).toContain(
      "script-src 'self';connect-src https://a.example",
    );
  });

  it('of a page whose form ends at a client name no form-action', () => {
    expect(csp({ formAction: 'none-set' })).not.toContain('form-action');
  });

  it('of a page that is made for frames forbid none', () => {
    expect(csp({ formAction: 'self', framedBy: 'anyone' })).not.toContain('frame-ancestors');
  });

  it('of a page keep it out of caches', () => {
    expect(pageHeaders({ formAction: 'self' })).toContainEqual(['Cache-Control', 'no-store']);
  });
});
