// A closed loop of so many connections against one endpoint: requests per second, and how many were not answered as expected.
import http from 'node:http';

/**
 * @param {{ url: string, method?: string, headers?: object, body?: string | (() => string | Promise<string>), expect?: number,
 *   connections?: number, seconds?: number, onBody?: (text: string) => void }} target
 */
export async function load({
  url,
  method = 'GET',
  headers = {},
  body,
  expect = 200,
  connections = 32,
  seconds = 3,
  onBody,
}) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + seconds * 1000;
  let good = 0;
  let bad = 0;
  const once = async () => {
    const content = typeof body === 'function' ? await body() : body;
    return new Promise((resolve) => {
      const request = http.request(url, { method, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          if (onBody) text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === expect) good += 1;
          else bad += 1;
          onBody?.(text);
          resolve();
        });
      });
      request.on('error', () => {
        bad += 1;
        resolve();
      });
      request.end(content);
    });
  };
  const worker = async () => {
    while (performance.now() < end) await once();
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { perSecond: good / ((performance.now() - begun) / 1000), bad };
}
