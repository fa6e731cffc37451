import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { InteractionOutcome } from '../../storage/schema/interactions.js';

import type { Answer } from '../interaction/answer.js';
import type { Visit } from '../interaction/visit.js';

/** What somebody sees who has decided about a device: there is nowhere to go on to, and no secret in it. */
export function decidedPage({ view }: Visit, outcome: InteractionOutcome): Answer {
  const { device: text } = view.texts;
  const [title, lead] = 'error' in outcome ? [text.deniedTitle, text.denied] : [text.allowedTitle, text.allowed];
  return { page: layout(view, { title, mood: 'notice' }, html`<p class="lead">${lead}</p>`) };
}
