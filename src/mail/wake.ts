/** Tells whoever delivers that there is something to deliver, within one process. */
export interface Wake {
  wake(): void;
  /** Resolves after so many milliseconds, when it is woken or was since the last wait, or when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let isWoken = false;
  let end = (): void => undefined;
  return {
    wake() {
      isWoken = true;
      end();
    },
    async wait(milliseconds, signal) {
      if (!isWoken && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const finish = (): void => {
            clearTimeout(timer);
            signal.removeEventListener('abort', finish);
            resolve();
          };
          const timer = setTimeout(finish, milliseconds);
          timer.unref();
          end = finish;
          signal.addEventListener('abort', finish);
        });
      }
      isWoken = false;
    },
  };
}
