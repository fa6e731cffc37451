import { PageRefusal } from '../../pages/error-pages.js';
import { texts } from '../../pages/texts.js';
import type { ResumptionFault } from '../../protocol/authorization/resumption.js';

const text = texts.interaction;

const pages: Readonly<Record<ResumptionFault, PageRefusal['page']>> = {
  gone: { status: 410, title: text.goneTitle, message: text.gone },
  finished: { status: 410, title: text.finishedTitle, message: text.finished },
  foreign: { status: 403, title: text.foreignTitle, message: text.foreign },
};

/** An interaction cannot be resumed in this browser at this time. */
export const resumptionRefused = (reason: ResumptionFault): PageRefusal =>
  new PageRefusal(pages[reason], `the interaction cannot be resumed: ${reason}`);
