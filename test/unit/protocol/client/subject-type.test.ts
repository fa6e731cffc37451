import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { isListedInSector, sectorOf } from '../../../../src/protocol/client/subject-type.js';

const read = (redirect_uris: readonly string[], members: object = {}) =>
  readClientMetadata({ redirect_uris, subject_type: 'pairwise', ...members });

const [one, other] = ['https://app.example/cb', 'https://other.example/cb'];
const sector_identifier_uri = 'https://Sector.example:8443/uris.json';

describe('Sectors of pairwise clients (OIDC Core §8.1)', () => {
  it.each<[string, readonly string[], object, string]>([
    ['the host of the redirect URI', [one], {}, 'app.example'],
    ['the one host of several', [one, 'https://app.example:8443/other?a=b'], {}, 'app.example'],
    ['the host of sector_identifier_uri', [one, other], { sector_identifier_uri }, 'sector.example'],
    ['the same for an app', ['com.example.app:/cb'], { sector_identifier_uri }, 'sector.example'],
  ])('%s', (_, uris, members, sector) => {
    const { metadata } = read(uris, members);
    expect(metadata && sectorOf(metadata)).toBe(sector);
  });

  it('public clients have none', () => {
    const { metadata } = read([one], { subject_type: undefined, sector_identifier_uri });
    expect([metadata?.subject_type, metadata && sectorOf(metadata)]).toEqual(['public', undefined]);
  });

  it('no client without one ever gets public subjects instead', () =>
    expect(() => sectorOf({ subject_type: 'pairwise', redirect_uris: [one, other] })).toThrow('no sector'));

  it.each<[string, readonly string[], object]>([
    ['several hosts', [one, other], {}],
    ['a host that is everybody’s', ['http://127.0.0.1/cb'], {}],
    ['no host', ['com.example.app:/cb'], {}],
    ['no redirect URI', [], { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }],
    ['http', [one], { sector_identifier_uri: 'http://sector.example/uris.json' }],
  ])('refuses %s', (_, uris, members) =>
    expect(read(uris, members).faults).toEqual([
      expect.objectContaining({ member: 'sector_identifier_uri', error: 'invalid_client_metadata' }),
    ]),
  );

  it.each<[string, unknown, boolean]>([
    ['each of them and others', [one, other, 'https://third.example/'], true],
    ['only some', [one], false],
    ['them as another spelling', [one, 'https://OTHER.example/cb'], false],
    ['no list', { [one]: true, [other]: true }, false],
  ])('a document that lists %s', (_, document, expected) =>
    expect(isListedInSector(document, { redirect_uris: [one, other] })).toBe(expected),
  );
});
