import { request } from 'node:https';

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks a process's admin listener, whose certificate is of its own making, as wget --no-check-certificate does. */
export const askAdmin = (port: number, path: string, method: 'GET' | 'POST' = 'GET'): Promise<AdminAnswer> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, rejectUnauthorized: false, agent: false };
    const req = request(options, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    });
    req.on('error', reject).end();
  });
