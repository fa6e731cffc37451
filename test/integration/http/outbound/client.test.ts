import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '../../../../src/http/operations/self-signed.js';
import { createOutbound, type Outbound, type OutboundOptions } from '../../../../src/http/outbound/client.js';
import { publicLookup, requireFetchable } from '../../../../src/http/outbound/policy.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A host of somebody else's. */
async function host(
  answer: http.RequestListener,
): Promise<{ url: string; name: string; requests: http.IncomingMessage[] }> {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((req, res) => {
    requests.push(req);
    answer(req, res);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${name}`, name, requests };
}

function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  const made = createOutbound({ timeout: 2000, maxBytes: 1000, ...options });
  closing.push(() => made.close());
  return made;
}

const json: http.RequestListener = (_req, res) => {
  res.setHeader('Content-Type', 'application/json').end('{"keys":[]}');
};

describe('addresses that may not be fetched from', () => {
  it.each([
    ['url', 'http://example.com/jwks'],
    ['url', 'ftp://example.com/'],
    ['url', 'file:///etc/passwd'],
    ['url', 'not a url'],
    ['url', ''],
    ['url', 'https://user:password@example.com/'],
    ['address', 'https://127.0.0.1/'],
    ['address', 'https://127.1/'],
    ['address', 'https://2130706433/'],
    ['address', 'https://0x7f000001/'],
    ['address', 'https://017700000001/'],
    ['address', 'https://0/'],
    ['address', 'https://10.0.0.1/'],
    ['address', 'https://169.254.169.254/latest/meta-data/'],
    ['address', 'https://[::1]/'],
    ['address', 'https://[::ffff:127.0.0.1]/'],
    ['address', 'https://[fd00::1]/'],
    ['address', 'https://[fe80::1]/'],
    ['address', 'https://localhost/'],
    ['address', 'https://LOCALHOST:8443/'],
  ])('%s: %s', async (fault, url) => {
    await expect(outbound().getJson(url)).rejects.toMatchObject({ name: 'OutboundError', fault });
  });

  it('are refused by the address that a name has at that moment, which is the one connected to', async () => {
    const looked = (all: boolean) =>
      new Promise((resolve) =>
        publicLookup('localhost', { all }, (error, address) => resolve([error?.message, address])),
      );
    expect(await looked(true)).toEqual(['localhost: the address is not public', '']);
    expect(await looked(false)).toEqual(['localhost: the address is not public', '']);
  });

  it('stay refused though another port of the host is listed', async () => {
    const { url } = await host(json);
    await expect(outbound({ allowHosts: ['127.0.0.1:1'] }).getJson(url)).rejects.toMatchObject({ fault: 'url' });
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:99/x', true],
    ['127.0.0.1:99', 'http://127.0.0.1:99/x', true],
    ['idp.internal:443', 'https://idp.internal/x', true],
    ['IDP.internal:80', 'http://idp.internal/x', true],
    ['[::1]:8443', 'https://[::1]:8443/x', true],
    ['internal', 'http://idp.internal/x', false],
    ['idp.internal', 'http://idp.internal.evil.example/x', false],
  ])('but for those that are listed: %s lets %s through: %s', (entry, url, through) => {
    const attempt = () => requireFetchable(url, [entry]);
    if (through) expect(attempt().href).toBe(url);
    else expect(attempt).toThrow('only https is fetched');
  });
});

describe('what is fetched', () => {
  it('is asked for without cookies or compression, and read as JSON', async () => {
    const { url, name, requests } = await host(json);
    expect(await outbound({ allowHosts: [name] }).getJson(`${url}/jwks`)).toEqual({ keys: [] });
    expect(requests[0]?.headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity' });
    expect(requests[0]?.headers).not.toHaveProperty('cookie');
  });

  const listeners: [string, string, http.RequestListener][] = [
    ['status', 'a redirect', (_req, res) => void res.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
    ['status', 'a failure', (_req, res) => void res.writeHead(500).end('{}')],
    ['not_json', 'no JSON', (_req, res) => void res.end('<html>')],
    ['too_large', 'too much with a length', (_req, res) => void res.end('x'.repeat(1001))],
    [
      'too_large',
      'too much without end',
      (_req, res) => {
        const endless = setInterval(() => res.write('x'.repeat(500)), 1);
        res.once('close', () => clearInterval(endless));
      },
    ],
    ['encoding', 'a compressed answer', (_req, res) => void res.setHeader('Content-Encoding', 'gzip').end('x')],
    ['timeout', 'no answer', () => undefined],
    ['timeout', 'half an answer', (_req, res) => void res.write('{')],
    ['network', 'an answer that breaks off', (_req, res) => void res.write('{', () => res.destroy())],
    ['network', 'a closed connection', (req) => void req.socket.destroy()],
  ];

  it.each(listeners)('is refused: %s for %s', async (fault, _, listener) => {
    const { url, name, requests } = await host(listener);
    const client = outbound({ allowHosts: [name], timeout: fault === 'timeout' ? 100 : 5000 });
    const error = await client.getJson(`${url}/path?token=hunter2`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'OutboundError', fault });
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).not.toMatch(/hunter2|path/);
    expect(requests).toHaveLength(1);
  });

  it('may be an answer to a form', async () => {
    const { url, name } = await host(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      res.writeHead(400).end(`${req.method} ${req.headers['content-type']} ${req.headers.authorization} ${body}`);
    });
    const answer = await outbound({ allowHosts: [name] }).postForm(url, { a: 'ä b' }, { Authorization: 'Basic x' });
    expect(answer).toEqual({ status: 400, body: 'POST application/x-www-form-urlencoded Basic x a=%C3%A4+b' });
  });

  it('comes over a kept connection, and again over a new one when the host has closed that', async () => {
    const { url, name, requests } = await host(json);
    const client = outbound({ allowHosts: [name] });
    await client.getJson(url);
    await client.getJson(url);
    expect(requests[1]?.socket).toBe(requests[0]?.socket);
    requests[0]?.socket.destroy();
    expect(await client.getJson(url)).toEqual({ keys: [] });
  });
});

describe('https', () => {
  async function secureHost() {
    const certificate = createSelfSigned('127.0.0.1', new Date());
    const server = https.createServer(certificate, json);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    return { name: `127.0.0.1:${(server.address() as AddressInfo).port}`, ca: certificate.cert };
  }

  it('is believed of a certificate authority that is configured', async () => {
    const { name, ca } = await secureHost();
    expect(await outbound({ allowHosts: [name], ca }).getJson(`https://${name}/`)).toEqual({ keys: [] });
  });

  it('is not believed of anybody else, listed or not', async () => {
    const { name } = await secureHost();
    const failure = outbound({ allowHosts: [name] }).getJson(`https://${name}/`);
    await expect(failure).rejects.toMatchObject({
      fault: 'network',
      message: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/),
    });
  });
});
