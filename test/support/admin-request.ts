import { request } from 'node:https';

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks a process's admin listener, whose certificate is of its own making, as wget --no-check-certificate does. */
export const askAdmin = (
  port: number,
  path: string,
  method: 'GET' | 'POST' | 'PUT' = 'GET',
  { token, body = '' }: { readonly token?: string; readonly body?: string } = {},
): Promise<AdminAnswer> =>
  new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const options = { host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false, agent: false };
    const req = request(options, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: text }));
    });
    req.on('error', reject).end(body);
  });
