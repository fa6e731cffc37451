import { PageRefusal } from '../../pages/error-pages.js';
import type { ResumptionFault } from '../../protocol/authorization/resumption.js';

const pages: Readonly<Record<ResumptionFault, PageRefusal['page']>> = {
  gone: ({ interaction: text }) => ({ status: 410, title: text.goneTitle, message: text.gone }),
  finished: ({ interaction: text }) => ({ status: 410, title: text.finishedTitle, message: text.finished }),
  foreign: ({ interaction: text }) => ({ status: 403, title: text.foreignTitle, message: text.foreign }),
};

/** An interaction cannot be resumed in this browser at this time. */
export const resumptionRefused = (reason: ResumptionFault): PageRefusal =>
  new PageRefusal(pages[reason], `the interaction cannot be resumed: ${reason}`);
