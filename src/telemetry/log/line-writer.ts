import type { Writable } from 'node:stream';

export interface LineWriter {
  write(line: string): void;
  /** Resolves when everything written so far has left the process. */
  flush(): Promise<void>;
}

export interface LineWriterOptions {
  /** Characters that may wait to be read: past them further lines are dropped and counted, as a reader that stalls must not cost memory. */
  readonly limit?: number;
  /** Milliseconds between two writes to the stream. */
  readonly pause?: number;
}

/**
 * Writes lines to a stream, those of one turn of the event loop in one piece, and of a busy process those of a few milliseconds: a
 * system call for each line, and a reader that wakes for each, are what makes logging expensive. A reader that went away (EPIPE) is
 * no reason to stop serving.
 * @param lost the line that tells how many were dropped
 */
export function createLineWriter(
  stream: Writable,
  lost: (lines: number) => string,
  { limit = 16 * 1024 * 1024, pause = 5 }: LineWriterOptions = {},
): LineWriter {
  let text = '';
  let buffered = 0;
  let dropped = 0;
  let flushing = 0;
  let busy: Promise<void> | undefined;
  let wake = (): void => undefined;
  stream.on('error', () => undefined);

  const send = (piece: string): Promise<void> => new Promise((resolve) => stream.write(piece, () => resolve()));

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      if (flushing > 0) return resolve();
      const timer = setTimeout(resolve, pause);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (text !== '') {
      const lines = text;
      const missing = dropped;
      text = '';
      dropped = 0;
      await send(missing > 0 ? `${lines}${lost(missing)}\n` : lines);
      buffered -= lines.length;
      await rest();
    }
    busy = undefined;
  }

  return {
    write(line) {
      if (buffered + line.length > limit) {
        dropped += 1;
        return;
      }
      text += `${line}\n`;
      buffered += line.length + 1;
      busy ??= drain();
    },
    async flush() {
      flushing += 1;
      wake();
      await busy;
      await send('');
      flushing -= 1;
    },
  };
}
