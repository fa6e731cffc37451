import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import https from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';
import { injectTraceContext } from '../../telemetry/tracing/tracing.js';
import { http } from '../node-http.js';
import { isAllowListed, OutboundError, publicLookup, requireFetchable } from './policy.js';

export interface OutboundOptions {
  /** Hosts (`host` or `host:port`) that may be private or speak plain http. */
  readonly allowHosts?: readonly string[];
  /** A certificate authority in PEM, besides the system's. */
  readonly ca?: string | undefined;
  /** Milliseconds for everything: name, connection, answer. */
  readonly timeout: number;
  readonly maxBytes: number;
}

export interface OutboundResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** A request. */
export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The one client for fetches to others, whose addresses strangers may have chosen. Redirects are not followed. */
export interface Outbound {
  /** @throws OutboundError */
  getJson(url: string): Promise<unknown>;
  /** An answer with 200, whatever it holds. @throws OutboundError */
  get(url: string, headers: Readonly<Record<string, string>>): Promise<OutboundResponse>;
  /** The answer's text. @throws OutboundError */
  getText(url: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** Posts a form and resolves to whatever answer comes. @throws OutboundError */
  postForm(
    url: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<OutboundResponse>;
  /** Sends a request and resolves to whatever answer comes. @throws OutboundError */
  send(url: string, exchange: Exchange): Promise<OutboundResponse>;
  close(): void;
}

const idleTimeout = 15_000;

/** Connections by kind of host; `ca` is a certificate authority besides the system's. */
function createAgents(ca: string | undefined) {
  // Made once: it holds the system's certificates, too, which are many.
  const trust = ca === undefined ? {} : { secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) };
  const kept = { keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: idleTimeout };
  return {
    'http:': new http.Agent(kept),
    'https:': new https.Agent({ ...kept, ...trust }),
    // Of hosts that strangers choose there may be many: no connection to them is kept.
    checked: new https.Agent({ maxSockets: 32, maxTotalSockets: 128, lookup: publicLookup, ...trust }),
  };
}

/** Sends the request and resolves to the answer's beginning. */
function connect(url: URL, exchange: Exchange & Pick<RequestOptions, 'agent' | 'signal'>): Promise<IncomingMessage> {
  const { body, ...options } = exchange;
  const request = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const req = request(url, options, resolve);
    req.once('error', (error: NodeJS.ErrnoException) => {
      // The other side closed a connection that we had kept: it has not seen the request.
      const stale = req.reusedSocket && error.code === 'ECONNRESET';
      if (stale) connect(url, exchange).then(resolve, reject);
      else reject(error);
    });
    req.end(body);
  });
}

/** Reads an answer up to a size; compressed ones are refused, since they may be larger than they look. */
async function readAnswer(res: IncomingMessage, host: string, maxBytes: number): Promise<OutboundResponse> {
  if ((res.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new OutboundError('encoding', host, 'the answer is compressed');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of res as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundError('too_large', host, `the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const { 'content-type': contentType } = res.headers;
  return { status: res.statusCode ?? 0, contentType, body: Buffer.concat(chunks).toString('utf8') };
}

function faultOf(error: unknown, host: string, signal: AbortSignal): OutboundError {
  if (error instanceof OutboundError) return error;
  if (signal.aborted) return new OutboundError('timeout', host, 'no answer in time', error);
  const { code = 'failed' } = error as NodeJS.ErrnoException;
  return new OutboundError('network', host, `no connection (${code})`, error);
}

function parseJson(body: string, host: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new OutboundError('not_json', host, 'the answer is no JSON');
  }
}

export function createOutbound({ allowHosts = [], ca, timeout, maxBytes }: OutboundOptions): Outbound {
  const agents = createAgents(ca);
  const agentFor = (url: URL): Agent =>
    isAllowListed(url, allowHosts) ? agents[url.protocol as 'http:' | 'https:'] : agents.checked;

  async function send(address: string, exchange: Exchange): Promise<OutboundResponse> {
    const url = requireFetchable(address, allowHosts);
    const headers: Record<string, string> = { 'Accept-Encoding': 'identity', ...exchange.headers };
    injectTraceContext(headers);
    const signal = AbortSignal.timeout(timeout);
    let res: IncomingMessage | undefined;
    try {
      res = await connect(url, { ...exchange, headers, agent: agentFor(url), signal });
      return await readAnswer(res, url.host, maxBytes);
    } catch (error) {
      res?.destroy();
      throw faultOf(error, url.host, signal);
    }
  }

  async function get(address: string, headers: Readonly<Record<string, string>>): Promise<OutboundResponse> {
    const answer = await send(address, { method: 'GET', headers });
    if (answer.status === 200) return answer;
    throw new OutboundError('status', new URL(address).host, `status ${answer.status}`);
  }

  return {
    send,
    get,
    async getJson(address) {
      const { body } = await get(address, { Accept: 'application/json' });
      return parseJson(body, new URL(address).host);
    },
    getText: async (address, headers = {}) => (await get(address, { Accept: 'text/plain', ...headers })).body,
    postForm(address, form, headers = {}) {
      const body = new URLSearchParams(form).toString();
      const type = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': String(Buffer.byteLength(body)),
      };
      return send(address, { method: 'POST', headers: { Accept: 'application/json', ...headers, ...type }, body });
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
