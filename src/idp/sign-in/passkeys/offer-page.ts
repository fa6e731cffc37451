import type { Page } from '../../../http/browser/headers.js';
import { html } from '../../../pages/html.js';
import { layout, type ScriptFile } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { accountChip, csrfField, type PersonOnPage } from '../../interaction/parts.js';
import type { PasskeyCreation } from './creation.js';

export interface OfferPage extends PasskeyCreation {
  readonly person: PersonOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly script: ScriptFile | undefined;
  /** It was tried, and came to nothing. */
  readonly failed: boolean;
}

/** Offers a passkey. Without script it says so, and there is only the way on. */
export function renderOfferPage(view: View, offer: OfferPage): Page {
  const { person, action, csrf, options, accepted, script, failed } = offer;
  const text = view.texts.passkey;
  return layout(
    view,
    { title: text.offerTitle, scriptFile: script },
    html`
      ${accountChip(view.texts, person)}
      <p class="lead">${text.offer}</p>
      <p class="alert" role="alert" data-passkey="failed"${!failed && html` hidden`}>${text.failed}</p>
      <p data-passkey="unable">${text.unable}</p>
      <form method="post" action="${action}" data-passkey="create" data-options="${JSON.stringify(options)}"
        data-accepted="${JSON.stringify(accepted)}" hidden>
        ${csrfField(csrf)}
        <input type="hidden" name="passkey">
        <input type="hidden" name="automatic">
        <button class="button" type="submit">${text.create}</button>
      </form>
      <form method="post" action="${action}">
        ${csrfField(csrf)}
        <button class="button second" type="submit" name="decision" value="later">${text.later}</button>
      </form>`,
  );
}
