import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLineWriter, type LineWriterOptions } from '../../../../src/telemetry/log/line-writer.js';

/** A stream that keeps what each write to it brought; `slow` lets each wait until the next turn but one. */
function writer(options: LineWriterOptions = {}) {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(piece: string, _encoding, done) {
      if (piece !== '') writes.push(piece);
      setImmediate(() => setImmediate(done));
    },
  });
  const lines = createLineWriter(stream, (count) => `${count} lost`, options);
  return { lines, writes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Longer than any test takes: what is not waited for is not seen. */
const forever = 60_000;

describe('lines on their way out', () => {
  it('of one turn of the event loop are one write, at its end', async () => {
    const { lines, writes } = writer({ pause: forever });
    lines.write('a');
    lines.write('b');
    expect(writes).toEqual([]);
    await turn();
    await turn();
    expect(writes).toEqual(['a\nb\n']);
    await lines.flush();
  });

  it('of a busy process wait for each other, and a flush waits for none', async () => {
    const { lines, writes } = writer({ pause: forever });
    lines.write('first');
    for (let turns = 0; turns < 10; turns += 1) {
      await turn();
      lines.write(`${turns}`);
    }
    expect(writes).toEqual(['first\n']);
    await lines.flush();
    expect(writes.join('')).toBe(`first\n${Array.from({ length: 10 }, (_, index) => `${index}\n`).join('')}`);
    expect(writes).toHaveLength(2);
  });

  it('go on by themselves after a pause', async () => {
    const { lines, writes } = writer({ pause: 1 });
    lines.write('a');
    while (writes.length < 1) await turn();
    lines.write('b');
    while (writes.length < 2) await turn();
    expect(writes).toEqual(['a\n', 'b\n']);
  });

  it('that come while others are flushed are flushed, too', async () => {
    const { lines, writes } = writer({ pause: forever });
    lines.write('a');
    const flushed = lines.flush();
    await turn();
    lines.write('b');
    await flushed;
    expect(writes.join('')).toBe('a\nb\n');
    await lines.flush();
  });

  it('are dropped, and counted, where nobody reads them', async () => {
    const { lines, writes } = writer({ limit: 10, pause: forever });
    for (const line of ['12345', '1234567', 'x', '12345']) lines.write(line);
    await lines.flush();
    lines.write('again');
    await lines.flush();
    expect(writes).toEqual(['12345\nx\n2 lost\n', 'again\n']);
  });
});
