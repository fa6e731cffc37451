import { describe, expect, it } from '@jest/globals';
import { assertAuthorizationRequest } from '../../../../src/protocol/authorization/request-rules.js';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';

const ask = (changed: Record<string, string | undefined>, document: Record<string, unknown> = {}): void => {
  const members = Object.entries({ response_type: 'code', ...changed }).filter(([, value]) => value !== undefined);
  const parameters = parseParameters(new URLSearchParams(members as [string, string][]).toString());
  const { metadata } = readClientMetadata({ redirect_uris: ['https://client.example/cb'], ...document });
  if (!metadata) throw new Error('the test registers no good client');
  assertAuthorizationRequest(parameters, metadata);
};

describe('what has to hold of an authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1)', () => {
  it.each([
    ['response_type missing', { response_type: undefined }, {}, 'invalid_request'],
    ['response_type token', { response_type: 'token' }, {}, 'unsupported_response_type'],
    ['response_type code id_token', { response_type: 'code id_token' }, {}, 'unsupported_response_type'],
    ['response_mode fragment', { response_mode: 'fragment' }, {}, 'invalid_request'],
    ['no code flow registered', {}, { grant_types: ['client_credentials'], response_types: [] }, 'unauthorized_client'],
    ['registration (OIDC Core §7.2.1)', { registration: '{}' }, {}, 'registration_not_supported'],
    ['S8: state over 2048', { state: 'x'.repeat(2049) }, {}, 'invalid_request'],
    ['S8: nonce over 512', { nonce: 'x'.repeat(513) }, {}, 'invalid_request'],
    ['S8: login_hint over 512', { login_hint: 'x'.repeat(513) }, {}, 'invalid_request'],
    ['claims over 4096', { claims: 'x'.repeat(4097) }, {}, 'invalid_request'],
    ['S8: acr_values over 512', { acr_values: 'x'.repeat(513) }, {}, 'invalid_request'],
    ['the first of two faults', { registration: '{}', response_type: 'token' }, {}, 'registration_not_supported'],
  ])('%s', (_, changed, document, code) =>
    expect(() => ask(changed, document)).toThrow(expect.objectContaining({ code })),
  );

  it.each([
    ['the least there is', {}],
    ['an answer by form_post', { response_mode: 'form_post' }],
    ['S8: state of 2048 and nonce of 512 characters', { state: 'x'.repeat(2048), nonce: 'y'.repeat(512) }],
  ])('takes %s', (_, changed) => expect(() => ask(changed)).not.toThrow());
});
