import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type CookieAttributes, createCookies } from '../../../../src/http/browser/cookies.js';

const request = (cookie?: string): IncomingMessage => {
  const req = new IncomingMessage(new Socket());
  if (cookie !== undefined) req.headers.cookie = cookie;
  return req;
};

function setCookie(secure: boolean, value: string, attributes: CookieAttributes): unknown {
  const res = new ServerResponse(request());
  createCookies({ secure }).set(res, 'session', value, attributes);
  return res.getHeader('Set-Cookie');
}

describe('cookies (RFC 6265bis)', () => {
  it.each([
    [true, { sameSite: 'Lax' }, '__Host-session=v1; Path=/; HttpOnly; Secure; SameSite=Lax'],
    [false, { sameSite: 'Lax' }, 'session=v1; Path=/; HttpOnly; SameSite=Lax'],
    [
      true,
      { sameSite: 'Strict', maxAgeSeconds: 60.9 },
      '__Host-session=v1; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict',
    ],
    [true, { sameSite: 'None' }, '__Host-session=v1; Path=/; HttpOnly; Secure; SameSite=None'],
    [false, { sameSite: 'None' }, 'session=v1; Path=/; HttpOnly; SameSite=Lax'],
  ] as const)('secure %s, %j', (secure, attributes, header) => {
    expect(setCookie(secure, 'v1', attributes)).toBe(header);
    expect(header).not.toContain('Domain');
  });

  it('for frames below other sites are shown to scripts, and need no https on loopback', () => {
    const res = new ServerResponse(request());
    createCookies({ secure: false, loopback: true }).set(res, 'state', 'v1', {
      sameSite: 'None',
      readableByScripts: true,
    });
    expect(res.getHeader('Set-Cookie')).toBe('state=v1; Path=/; Secure; SameSite=None');
  });

  it('are added to those that are set already', () => {
    const res = new ServerResponse(request());
    const cookies = createCookies({ secure: false });
    cookies.set(res, 'a', '1', { sameSite: 'Lax' });
    cookies.set(res, 'b', '2', { sameSite: 'Lax' });
    cookies.clear(res, 'c');
    expect(res.getHeader('Set-Cookie')).toEqual([
      'a=1; Path=/; HttpOnly; SameSite=Lax',
      'b=2; Path=/; HttpOnly; SameSite=Lax',
      'c=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    ]);
  });

  it.each(['a;b', 'a b', 'a\r\nSet-Cookie: x=1', 'a,b', 'ä'])('the value %j is not sent', (value) => {
    expect(() => setCookie(true, value, { sameSite: 'Lax' })).toThrow(TypeError);
  });

  it.each([
    ['__Host-session=abc', 'abc'],
    ['other=1; __Host-session=abc; more=2', 'abc'],
    ['__Host-session=a=b==', 'a=b=='],
    ['__Host-session=', ''],
    ['session=abc', undefined],
    ['x__Host-session=abc', undefined],
    ['__host-session=abc', undefined],
    ['__Host-session', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %j reads %j', (header, value) => {
    expect(createCookies({ secure: true }).read(request(header), 'session')).toBe(value);
  });

  it('without https have no __Host- prefix, which browsers would refuse', () => {
    expect(createCookies({ secure: false }).read(request('session=abc'), 'session')).toBe('abc');
    expect(createCookies({ secure: false }).name('i.q7Xw2L')).toBe('i.q7Xw2L');
    expect(() => createCookies({ secure: false }).name('a=b')).toThrow(TypeError);
  });
});
