import { describe, expect, test } from '@jest/globals';
import {
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from '../../../../src/protocol/resource/protected-resource-metadata.js';

describe('where the metadata is (RFC 9728 §3.1)', () => {
  test.each([
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['http://127.0.0.1:8082/api/v1', 'http://127.0.0.1:8082/.well-known/oauth-protected-resource/api/v1'],
    ['https://api.example/a?b=c', 'https://api.example/.well-known/oauth-protected-resource/a?b=c'],
    ['urn:example:api', undefined],
  ])('%s', (resource, url) => expect(protectedResourceMetadataUrl(resource)?.href).toBe(url));
});

test('the document (RFC 9728 §2)', () => {
  expect(
    protectedResourceMetadata({
      resource: 'https://api.example',
      issuer: 'https://as.example',
      scopes: ['read'],
      bearerMethods: ['header'],
      name: 'API',
    }),
  ).toEqual({
    resource: 'https://api.example',
    authorization_servers: ['https://as.example'],
    scopes_supported: ['read'],
    bearer_methods_supported: ['header'],
    resource_name: 'API',
  });
});
