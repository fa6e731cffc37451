import type { Writable } from 'node:stream';

export interface LineWriter {
  write(line: string): void;
  /** Resolves when everything written so far has left the process. */
  flush(): Promise<void>;
}

/** Past this much unread text further lines are dropped and counted: a reader that stalls must not cost memory. */
const maxBuffered = 16 * 1024 * 1024;

/**
 * Writes lines to a stream in batches, one per turn of the event loop: a system call for each line is what makes logging
 * expensive. A reader that went away (EPIPE) is no reason to stop serving.
 */
export function createLineWriter(stream: Writable, lost: (lines: number) => string, limit = maxBuffered): LineWriter {
  let lines: string[] = [];
  let buffered = 0;
  let dropped = 0;
  let busy: Promise<void> | undefined;
  stream.on('error', () => undefined);

  const send = (text: string): Promise<void> => new Promise((resolve) => stream.write(text, () => resolve()));

  async function drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (lines.length > 0) {
      const text = lines.join('\n');
      const missing = dropped;
      lines = [];
      dropped = 0;
      await send(`${text}\n${missing > 0 ? `${lost(missing)}\n` : ''}`);
      buffered -= text.length + 1;
    }
    busy = undefined;
  }

  return {
    write(line) {
      if (buffered + line.length > limit) {
        dropped += 1;
        return;
      }
      lines.push(line);
      buffered += line.length + 1;
      busy ??= drain();
    },
    async flush() {
      await busy;
      await send('');
    },
  };
}
