import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line logged while a request is answered carries. */
export interface RequestContext {
  readonly requestId: string;
  /** What the caller calls it; who calls may call several alike. */
  readonly callerRequestId?: string | undefined;
  /** Whether spans may be made for it; a request that is none of the traced ones has no trace context to tell that by. */
  readonly isTraced?: boolean | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `answer` so that {@link currentRequest} knows the request in everything that it awaits. */
export const runInRequest = <T>(request: RequestContext, answer: () => T): T => storage.run(request, answer);

export const currentRequest = (): RequestContext | undefined => storage.getStore();
