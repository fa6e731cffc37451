import { PageRefusal } from '../../pages/error-pages.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';

class TooManyUserCodes extends PageRefusal {
  /** Seconds, at least. */
  readonly retryAfter: number;
  constructor(seconds: number) {
    super(
      ({ device: text }) => ({ status: 429, title: text.busyTitle, message: text.busy }),
      'too many user codes were entered from this address block',
    );
    this.retryAfter = seconds;
  }
}

/** @param wait milliseconds until another is taken */
export const tooManyUserCodes = (wait: number): PageRefusal => new TooManyUserCodes(Math.ceil(wait / 1000));

/** The device got its answer in another browser, or its code has expired. */
export const deviceGone = ({ uiLocales }: Pick<ValidatedAuthorizationRequest, 'uiLocales'>): PageRefusal =>
  new PageRefusal(
    ({ device: text }) => ({ status: 410, title: text.goneTitle, message: text.gone }),
    'the device was decided about before, or its code has expired',
    uiLocales,
  );
