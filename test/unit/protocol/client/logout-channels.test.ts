import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { frontChannelLogoutUrl } from '../../../../src/protocol/client/logout-channels.js';

const read = (members: Record<string, unknown>) =>
  readClientMetadata({ redirect_uris: ['https://client.example/callback'], ...members });

describe('backchannel_logout_uri (OIDC Back-Channel Logout §2.2)', () => {
  it('is kept with what it goes with', () => {
    const members = { backchannel_logout_uri: 'https://client.example/out', backchannel_logout_session_required: true };
    expect(read(members).metadata).toMatchObject(members);
  });

  it.each([
    ['https://client.example/out?of=us', 'client_secret_basic', undefined],
    ['http://client.internal/out', 'client_secret_basic', undefined],
    ['http://client.internal/out', 'none', 'is not https, as it has to be for a client without a secret'],
    ['https://client.example/out#part', 'none', 'has a fragment'],
    ['https://me:word@client.example/out', 'none', 'carries credentials'],
    ['com.example.app:/out', 'none', 'is not an http(s) URL'],
  ])('%s of a client with %s: %s', (backchannel_logout_uri, token_endpoint_auth_method, problem) => {
    const { faults } = read({ backchannel_logout_uri, token_endpoint_auth_method });
    expect(faults.map((fault) => fault.problem)).toEqual(problem === undefined ? [] : [problem]);
  });
});

describe('frontchannel_logout_uri (OIDC Front-Channel Logout §2)', () => {
  it('is kept with what it goes with', () => {
    const members = {
      frontchannel_logout_uri: 'https://client.example/out',
      frontchannel_logout_session_required: true,
    };
    expect(read(members).metadata).toMatchObject(members);
    expect(read({ frontchannel_logout_session_required: false }).metadata).not.toHaveProperty(
      'frontchannel_logout_session_required',
    );
  });

  const elsewhere = 'has another scheme, host or port than every one of redirect_uris';
  it.each([
    ['https://client.example/out?of=us', {}, []],
    ['https://client.example:443/out', {}, []],
    ['https://client.example:8443/out', {}, [elsewhere]],
    ['https://www.client.example/out', {}, [elsewhere]],
    ['http://127.0.0.1:8080/out', { redirect_uris: ['http://127.0.0.1:8080/cb'] }, []],
    ['http://127.0.0.1:8081/out', { redirect_uris: ['http://127.0.0.1:8080/cb'] }, [elsewhere]],
    ['https://client.example/out', { redirect_uris: ['com.example.app:/cb', 'https://client.example/cb'] }, []],
    [
      'http://127.0.0.1/out',
      { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' },
      ['is not https, as it has to be for a client without a secret'],
    ],
    ['https://client.example/out#part', {}, ['has a fragment']],
    ['https://me:word@client.example/out', {}, ['carries credentials']],
    [
      'https://client.example;b/out',
      { redirect_uris: ['https://client.example;b/cb'] },
      ['has a host that is no domain name and no IPv4 address'],
    ],
    ['com.example.app:/out', { redirect_uris: ['com.example.app:/cb'] }, ['is not an http(s) URL']],
  ])('%s %j: %j', (frontchannel_logout_uri, members, problems) => {
    expect(read({ frontchannel_logout_uri, ...members }).faults.map(({ problem }) => problem)).toEqual(problems);
  });

  const session = { issuer: 'https://op.example/a?b', sid: 'the session' };
  const redirect_uris = ['https://client.example/cb'];
  it.each([
    [
      '§9.7: iss and sid are added',
      'https://client.example/out',
      'https://client.example/out?iss=https%3A%2F%2Fop.example%2Fa%3Fb&sid=the+session',
    ],
    [
      'what the client registered stays',
      'https://client.example/out?of=us&sid=x',
      'https://client.example/out?of=us&sid=the+session&iss=https%3A%2F%2Fop.example%2Fa%3Fb',
    ],
    ['an address elsewhere, from before there was the rule', 'https://other.example/out', undefined],
    ['no address at all, from before there was the rule', 'javascript:alert(1)', undefined],
    ['not even a URL, from before there was the rule', 'out', undefined],
  ])('%s', (_, frontchannel_logout_uri, url) => {
    expect(frontChannelLogoutUrl({ frontchannel_logout_uri, redirect_uris }, session)?.href).toBe(url);
  });
});
