import { describe, expect, it } from '@jest/globals';
import { endpoints, endpointUrl } from '../../../src/protocol/endpoints.js';

describe('Endpoint URLs (RFC 8414 §2)', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/oauth2/v1/token'],
    ['https://id.example/', 'https://id.example/oauth2/v1/token'],
    ['https://example.com/identity', 'https://example.com/identity/oauth2/v1/token'],
  ])('below %s', (publicUrl, expected) => {
    expect(endpointUrl(publicUrl, 'token')).toBe(expected);
  });

  it('RFC 3986 §2.1: what stands for a name in the path is encoded', () => {
    const url = endpointUrl('https://id.example', 'interaction', { interaction: 'a/../b?c#d e' });
    expect(url).toBe('https://id.example/oidc/v1/interaction/a%2F..%2Fb%3Fc%23d%20e');
  });

  it('is not made while a name in the path stands for nothing', () => {
    expect(() => endpointUrl('https://id.example', 'login')).toThrow(TypeError);
  });

  it('no two endpoints share a path', () => {
    const paths = Object.values(endpoints).map(({ role, path }) => `${role} ${path}`);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
