import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boundConnections } from '../../../../src/http/listener/connections.js';

const strangers = '127.0.0.1';
const people = '127.0.0.2';

let ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ending.map((end) => end()));
  ending = [];
});

/** A server whose answers wait until they are let go, with bounds on its connections. */
async function bounded(limits: { max: number; maxPerAddress: number; trusted?: string }) {
  const closed: string[] = [];
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer((req, res) => {
    if (req.url === '/slow') {
      waiting.push(res);
      server.emit('waiting');
      return;
    }
    req.resume().once('end', () => res.end('here'));
  });
  boundConnections(server, {
    ...limits,
    blockOf: (address) => address,
    isTrusted: (address) => address === limits.trusted,
    onClosed: (reason) => closed.push(reason),
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  ending.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    closed,
    waiting,
    server,
    /** A connection from an address, with its first words. */
    async connect(localAddress: string, words = ''): Promise<Socket> {
      const accepted = once(server, 'connection');
      const socket = net.connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined);
      sockets.push(socket);
      await accepted;
      if (words) socket.write(words);
      return socket;
    },
  };
}

const head = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const halfPost = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na=';

/** The answer to one request over an open connection. */
async function answer(socket: Socket): Promise<string> {
  socket.write(head('/'));
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

const gone = (socket: Socket): Promise<unknown> => (socket.closed ? Promise.resolve() : once(socket, 'close'));

describe('S1: connections of one address block', () => {
  it.each([
    ['silent', ''],
    ['half a head', 'GET / HTTP/1.1\r\nHost'],
    ['half a body', halfPost],
  ])('%s: beyond its bound, the one idle for longest gives way', async (_, words) => {
    const { connect, closed } = await bounded({ max: 100, maxPerAddress: 3 });
    const [first, second] = [await connect(strangers, words), await connect(strangers, words)];
    await connect(strangers, words);
    const newest = await connect(strangers);
    await gone(first);
    expect(closed).toEqual(['address']);
    expect(second.closed).toBe(false);
    expect(await answer(newest)).toContain('200 OK');
  });

  it('one that is being answered is not closed; the newcomer is, where nothing else is idle', async () => {
    const { connect, server, waiting } = await bounded({ max: 100, maxPerAddress: 2 });
    const working: Socket[] = [];
    for (let index = 0; index < 2; index += 1) {
      const arrived = once(server, 'waiting');
      working.push(await connect(strangers, head('/slow')));
      await arrived;
    }
    await gone(await connect(strangers));
    expect(working.map((socket) => socket.closed)).toEqual([false, false]);
    for (const res of waiting) res.end('done');
    expect(String((await once(working[0] as Socket, 'data'))[0])).toContain('done');
  });

  it('a kept-alive one is idle again once it has been answered', async () => {
    const { connect } = await bounded({ max: 100, maxPerAddress: 1 });
    const kept = await connect(strangers);
    expect(await answer(kept)).toContain('200 OK');
    const next = await connect(strangers);
    await gone(kept);
    expect(await answer(next)).toContain('200 OK');
  });

  it('a trusted proxy brings the connections of many', async () => {
    const { connect, closed } = await bounded({ max: 100, maxPerAddress: 1, trusted: strangers });
    const [one, other] = [await connect(strangers), await connect(strangers)];
    expect(await answer(one)).toContain('200 OK');
    expect(await answer(other)).toContain('200 OK');
    expect(closed).toEqual([]);
  });
});

describe('S1: connections of all together', () => {
  it('room is made where most are idle: people elsewhere are let in, and stay', async () => {
    const { connect, closed } = await bounded({ max: 5, maxPerAddress: 5 });
    const person = await connect(people);
    expect(await answer(person)).toContain('200 OK');
    const held = [];
    for (let index = 0; index < 4; index += 1) held.push(await connect(strangers));
    const another = await connect(people);
    await gone(held[0] as Socket);
    expect(closed).toEqual(['total']);
    expect(await answer(another)).toContain('200 OK');
    expect(await answer(person)).toContain('200 OK');
  });
});
