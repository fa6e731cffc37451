import { once } from 'node:events';
import { unlinkSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { type Server, serve } from '../../../../src/http/listener/server.js';
import { createLog } from '../../../../src/telemetry/log/logger.js';
import { certificateFiles } from '../../../support/certificates.js';
import { httpSettings } from '../../../support/http-app.js';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function files() {
  const made = await certificateFiles();
  closing.push(made.remove);
  return made;
}

/** Waits for the log to say something, which is how an operator would. */
function listeningLog() {
  const waiting: { text: string; heard: () => void }[] = [];
  const sink = (line: string): void => {
    for (const { text, heard } of waiting) if (line.includes(text)) heard();
  };
  const log = createLog({ level: 'INFO', format: 'json', sink });
  return { log, says: (text: string) => new Promise<void>((heard) => waiting.push({ text, heard })) };
}

async function start(tlsFiles: { certFile: string; keyFile: string }, log = listeningLog().log): Promise<Server> {
  const app = express();
  app.get('/', (req, res) => {
    res.json({ secure: req.secure });
  });
  const server = await serve({ app, http: httpSettings, port: 0, tls: tlsFiles, log, tlsWatchInterval: 20 });
  closing.push(() => server.close());
  return server;
}

async function handshake(port: number, options: tls.ConnectionOptions): Promise<string> {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  try {
    await once(socket, 'secureConnect');
    return `${socket.getProtocol()} ${socket.getCipher().name}`;
  } catch (error) {
    return `refused ${(error as NodeJS.ErrnoException).code}`;
  } finally {
    socket.destroy();
  }
}

describe('TLS (FAPI 2.0 Security Profile §5.2.1, RFC 9325 §4.2)', () => {
  it.each([
    ['1.3', { minVersion: 'TLSv1.3' }, /^TLSv1\.3 TLS_/],
    ['1.2 with AES-128-GCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, /^TLSv1\.2 ECDHE/],
    ['1.2 with AES-256-GCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, /^TLSv1\.2 ECDHE/],
    ['1.2 with CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }, /^refused/],
    ['1.2 with static RSA', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, /^refused/],
    ['1.2 with DHE', { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256' }, /^refused/],
    ['1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, /^refused/],
  ] as const)('%s', async (_, options, outcome) => {
    const server = await start(await files());
    expect(await handshake(server.port, options)).toMatch(outcome);
  });

  it('is verified by a client that knows the certificate', async () => {
    const { cert, ...made } = await files();
    const server = await start(made);
    const [res] = await once(https.get({ port: server.port, host: '127.0.0.1', ca: cert }), 'response');
    let body = '';
    for await (const chunk of res) body += chunk;
    expect(JSON.parse(body)).toEqual({ secure: true });
  });

  it('takes up replaced files without a restart, and stays with the old ones while they do not fit', async () => {
    const { cert, replace, ...made } = await files();
    const { log, says } = listeningLog();
    const server = await start(made, log);
    const served = async (): Promise<string> => {
      const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const first = await served();
    const kept = says('previous one stays');
    const other = await certificateFiles();
    closing.push(other.remove);
    writeFileSync(made.certFile, other.cert);
    await kept;
    expect(await served()).toBe(first);
    const reloaded = says('TLS certificate reloaded');
    expect(await replace()).not.toBe(cert);
    await reloaded;
    expect(await served()).not.toBe(first);
  });
});

describe('TLS files that do not do: the message names file and remedy', () => {
  it.each([
    [
      'no certificate',
      'certFile',
      undefined,
      /certificate .*tls\.crt cannot be read \(ENOENT\): put it there or correct http\.tls\.cert_file/,
    ],
    [
      'no key',
      'keyFile',
      undefined,
      /key .*tls\.key cannot be read \(ENOENT\): put it there or correct http\.tls\.key_file/,
    ],
    ['no PEM', 'certFile', 'hello', /tls\.crt holds no TLS certificate in PEM/],
    ['a broken key', 'keyFile', 'hello', /tls\.key holds no TLS key in PEM/],
  ] as const)('%s', async (_, which, content, message) => {
    const made = await files();
    if (content === undefined) unlinkSync(made[which]);
    else writeFileSync(made[which], content);
    await expect(start(made)).rejects.toThrow(message);
  });

  it('another key', async () => {
    const [made, other] = [await files(), await files()];
    await expect(start({ certFile: made.certFile, keyFile: other.keyFile })).rejects.toThrow(/does not belong to/);
  });
});
