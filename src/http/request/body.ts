import type { IncomingMessage } from 'node:http';
import { type Fault, faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';

/** Bytes that a body may have: every form and document that a role takes is far smaller. */
export const maxBodyBytes = 64 * 1024;

/** Milliseconds in which a body has to be here once its head is. */
export const bodyTimeout = 5_000;

const refusal = (status: number, fault: Fault): OAuthError => new OAuthError('invalid_request', { status, fault });

const tooLong = (): OAuthError => refusal(413, faults.bodyTooLong);

/** Whether a body comes with the request (RFC 9112 §6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** With the request rather than in a WeakMap, which would make every collection of garbage slower. */
const body = Symbol('body');

type Receiving = IncomingMessage & { [body]?: Promise<Buffer> };

function receive(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: OAuthError): void => {
      clearTimeout(timer);
      req.off('data', onData).pause();
      reject(error);
    };
    const onClose = (): void => {
      if (!req.readableEnded) refuse(refusal(400, faults.bodyCutOff));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBodyBytes) refuse(tooLong());
      else chunks.push(chunk);
    };
    const timer = setTimeout(() => refuse(refusal(408, faults.bodyTooSlow)), bodyTimeout);
    if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) return refuse(tooLong());
    req.on('data', onData);
    req.on('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    req.on('close', onClose);
  });
}

/**
 * The whole body of a request; it is taken in once, however often it is asked for.
 * @throws OAuthError invalid_request: 413 above {@link maxBodyBytes}, 408 after {@link bodyTimeout}, 400 when it breaks off
 */
export function receiveBody(req: Receiving): Promise<Buffer> {
  req[body] ??= receive(req);
  return req[body];
}
