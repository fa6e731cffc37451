/** HTTP/1.1 as bytes on a socket: what no client of the platform would agree to send. */
import net from 'node:net';

/** Names and values as they go out, one character for each byte. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; a field that is repeated is joined by a line break. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Milliseconds within which every request is answered. */
export const patience = 10_000;

const bytes = ({ method, target, headers, body }: RawRequest, host: string): Buffer => {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (body !== '' || method === 'POST') lines.push(`Content-Length: ${body.length}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
};

function unchunked(body: string): string {
  let rest = body;
  let whole = '';
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (end < 0 || !size) return whole;
    whole += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 4 + size);
  }
}

function read(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(':');
    const [name, value] = [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  const body = text.slice(end + 4);
  const isChunked = headers.get('transfer-encoding') === 'chunked';
  return { status: Number(first.split(' ')[1]), headers, body: isChunked ? unchunked(body) : body };
}

/**
 * Sends it over a connection of its own.
 * @returns nothing where the server cut the connection without a word
 * @throws Error when there is no whole answer within {@link patience}
 */
export function send(origin: string, request: RawRequest): Promise<RawAnswer | undefined> {
  const { hostname, port, host } = new URL(origin);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port) });
    socket.setTimeout(patience, () => {
      socket.destroy();
      reject(new Error(`no answer within ${patience} ms`));
    });
    socket.on('connect', () => socket.write(bytes(request, host)));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that has answered may cut off a body that it does not want.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      resolve(text === '' ? undefined : read(text));
    });
  });
}
