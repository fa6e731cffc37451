import { afterAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createGate } from '../../../src/process/gate.js';
import { listen } from '../../support/listen.js';

const gate = createGate();
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

describe('The gate before what is not there yet', () => {
  it('asks whoever comes to come again, which is no fault for the log, and opens', async () => {
    const handedOn: unknown[] = [];
    const app = express();
    app.use(gate.handler, (_req, res) => void res.send('there'));
    app.use(((error, _req, res, _next) => {
      handedOn.push(error);
      res.end();
    }) as express.ErrorRequestHandler);
    const { server, origin } = await listen();
    server.on('request', app);
    closing.push(() => server.close());
    const refused = await fetch(`${origin}/oauth2/v1/token`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(await (await fetch(`${origin}/health`)).json()).toEqual({ status: 'starting' });
    await expect(gate.check()).rejects.toThrow('waiting for its parts to be there');
    expect(handedOn).toEqual([]);
    gate.open();
    expect(await (await fetch(`${origin}/oauth2/v1/token`)).text()).toBe('there');
  });
});
