import { type Html, html } from '../../../pages/html.js';
import { textsIn } from '../../../pages/languages.js';
import { asLanguage } from '../../../pages/view.js';
import { languages } from '../../../protocol/language.js';
import type { Parameters } from '../../../protocol/parameters.js';
import { languageCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import { csrfField } from '../../interaction/parts.js';
import { type Field, field } from '../field.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { eachOwnClaim, type OwnClaim, type OwnClaims, ownClaims, ownClaimsOf, saveOwnClaims } from './own-claims.js';

/** How a browser fills them in. */
const fields = {
  name: { autocomplete: 'name' },
  given_name: { autocomplete: 'given-name' },
  family_name: { autocomplete: 'family-name' },
  nickname: { autocomplete: 'nickname' },
  website: { autocomplete: 'url', type: 'url' },
  birthdate: { autocomplete: 'bday' },
  locale: { autocomplete: 'language' },
} as const satisfies Readonly<Record<OwnClaim, Pick<Field, 'autocomplete' | 'type'>>>;

/** Stands for no language of one's own in the form. */
const ofBrowser = 'auto';

/** A language by its name in another; what is no tag stays as it is (RFC 5646 §2.1). */
function nameOfLanguage(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tag.replaceAll('_', '-')) ?? tag;
  } catch {
    return tag;
  }
}

/** The languages of our pages; one that an operator set stays on offer where it is another. */
function languageField({ view }: AccountVisit, value: string, fault: boolean): Html {
  const { account: text } = view.texts;
  const offered = languages.map((tag) => [tag, textsIn[tag].name] as const);
  const stored =
    value === '' || asLanguage(value) ? [] : [[value, nameOfLanguage(value, view.texts.language)] as const];
  const options = [[ofBrowser, text.languageOfBrowser] as const, ...offered, ...stored];
  return html`<div class="field">
    <label for="locale">${text.claims.locale}</label>
    <select id="locale" name="locale" autocomplete="${fields.locale.autocomplete}" aria-describedby="locale-hint${fault && ' locale-fault'}"${
      fault && html` aria-invalid="true"`
    }>${options.map(([tag, name]) => html`<option value="${tag}"${tag === value && html` selected`}>${name}</option>`)}</select>
    <p class="fine" id="locale-hint">${text.languageHint}</p>
    ${fault && html`<p class="fault" id="locale-fault">${text.notAccepted}</p>`}
  </div>`;
}

function profilePage(idp: Idp, visit: AccountVisit, entered: OwnClaims, faulty: readonly OwnClaim[] = []) {
  const { account: text } = visit.view.texts;
  const parts = ownClaims.map((name) =>
    name === 'locale'
      ? languageField(visit, entered.locale, faulty.includes(name))
      : field({
          ...fields[name],
          name,
          label: text.claims[name],
          value: entered[name],
          hint: name === 'birthdate' ? text.birthdateHint : undefined,
          fault: faulty.includes(name) ? text.notAccepted : undefined,
        }),
  );
  return accountPage(
    idp,
    visit,
    html`
      <p class="lead">${text.profileLead}</p>
      <form method="post" action="${visit.action}">
        ${csrfField(visit.csrf)}
        ${parts}
        <button class="button" type="submit">${text.save}</button>
      </form>`,
  );
}

/** A field that is left empty takes the claim away. The language has a value for that: a page of an earlier release has no field. */
const enteredIn = (form: Parameters, stored: OwnClaims): OwnClaims =>
  eachOwnClaim((name) => {
    const text = (form.get(name) ?? '').trim();
    if (name !== 'locale') return text;
    return text === ofBrowser ? '' : text || stored.locale;
  });

/** What somebody says of themselves (OIDC Core §5.1). */
export const profileSection = (idp: Idp): AccountSection => ({
  page: async (visit) => ({ page: profilePage(idp, visit, ownClaimsOf(visit.session.claims)) }),
  async submit(visit, form) {
    const stored = ownClaimsOf(visit.session.claims);
    const entered = enteredIn(form, stored);
    const faulty = await saveOwnClaims(idp, ownerOf(visit), stored, entered);
    if (faulty.length > 0) return { page: profilePage(idp, visit, entered, faulty), status: 422 };
    const chosen =
      entered.locale === stored.locale ? [] : [languageCookie(idp, asLanguage(entered.locale) ?? null, undefined)];
    return { seeOther: visit.action, cookies: chosen };
  },
});
