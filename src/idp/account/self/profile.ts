import { type Html, html } from '../../../pages/html.js';
import { textsIn } from '../../../pages/languages.js';
import { asLanguage } from '../../../pages/view.js';
import { claimFault } from '../../../protocol/claims.js';
import { languages } from '../../../protocol/language.js';
import type { Parameters } from '../../../protocol/parameters.js';
import { setOwnClaims } from '../../../storage/people/own-claims.js';
import type { Idp } from '../../deps.js';
import { languageCookie } from '../../interaction/cookies.js';
import { csrfField } from '../../interaction/parts.js';
import { type Field, field } from '../field.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';

/** The claims that people set themselves, with how a browser fills them in; what gives rights is not among them. */
const editable = {
  name: { autocomplete: 'name' },
  given_name: { autocomplete: 'given-name' },
  family_name: { autocomplete: 'family-name' },
  nickname: { autocomplete: 'nickname' },
  website: { autocomplete: 'url', type: 'url' },
  birthdate: { autocomplete: 'bday' },
  locale: { autocomplete: 'language' },
} as const satisfies Readonly<Record<string, Pick<Field, 'autocomplete' | 'type'>>>;

type EditableClaim = keyof typeof editable;

type Entered = Readonly<Record<EditableClaim, string>>;

const names = Object.keys(editable) as readonly EditableClaim[];

const eachClaim = (textOf: (name: EditableClaim) => string): Entered =>
  Object.fromEntries(names.map((name) => [name, textOf(name)])) as Entered;

const storedClaims = ({ session: { claims } }: AccountVisit): Entered =>
  eachClaim((name) => (typeof claims[name] === 'string' ? claims[name] : ''));

/** Stands for no language of one's own in the form. */
const ofBrowser = 'auto';

/** The languages of our pages; one that an operator set stays on offer where it is another. */
function languageField({ view }: AccountVisit, value: string, fault: boolean): Html {
  const { account: text } = view.texts;
  const offered = languages.map((tag) => [tag, textsIn[tag].name] as const);
  const stored = value === '' || asLanguage(value) ? [] : [[value, value] as const];
  const options = [[ofBrowser, text.languageOfBrowser] as const, ...offered, ...stored];
  return html`<div class="field">
    <label for="locale">${text.claims.locale}</label>
    <select id="locale" name="locale" autocomplete="${editable.locale.autocomplete}" aria-describedby="locale-hint${fault && ' locale-fault'}"${
      fault && html` aria-invalid="true"`
    }>${options.map(([tag, name]) => html`<option value="${tag}"${tag === value && html` selected`}>${name}</option>`)}</select>
    <p class="fine" id="locale-hint">${text.languageHint}</p>
    ${fault && html`<p class="fault" id="locale-fault">${text.notAccepted}</p>`}
  </div>`;
}

function profilePage(idp: Idp, visit: AccountVisit, entered: Entered, faulty: readonly EditableClaim[] = []) {
  const { account: text } = visit.view.texts;
  const fields = names.map((name) =>
    name === 'locale'
      ? languageField(visit, entered.locale, faulty.includes(name))
      : field({
          ...editable[name],
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
        ${fields}
        <button class="button" type="submit">${text.save}</button>
      </form>`,
  );
}

async function save(idp: Idp, visit: AccountVisit, entered: Entered, changed: readonly EditableClaim[]): Promise<void> {
  const { asked, session } = visit;
  const { userId, id: sessionId } = session;
  const removed = changed.filter((name) => entered[name] === '');
  const set = Object.fromEntries(changed.filter((name) => entered[name] !== '').map((name) => [name, entered[name]]));
  const event = { type: 'user_changed', userId, sessionId, detail: { change: 'claims set', claims: changed } } as const;
  const now = idp.clock.now();
  await idp.events.recordWith(asked, event, (audit) => setOwnClaims(idp.sql, { userId, set, removed, now, audit }));
}

const isFaulty = (name: EditableClaim, value: string, scopes: Idp['config']['claims']['scopes']): boolean =>
  (name === 'locale' && asLanguage(value) === undefined) || claimFault(name, value, scopes) !== undefined;

/** A field that is left empty takes the claim away. The language has a value for that: a page of an earlier release has no field. */
const enteredIn = (form: Parameters, stored: Entered): Entered =>
  eachClaim((name) => {
    const text = (form.get(name) ?? '').trim();
    if (name !== 'locale') return text;
    return text === ofBrowser ? '' : text || stored.locale;
  });

/** What somebody says of themselves (OIDC Core §5.1). */
export const profileSection = (idp: Idp): AccountSection => ({
  page: async (visit) => ({ page: profilePage(idp, visit, storedClaims(visit)) }),
  async submit(visit, form) {
    const stored = storedClaims(visit);
    const entered = enteredIn(form, stored);
    const changed = names.filter((name) => entered[name] !== stored[name]);
    const { scopes } = idp.config.claims;
    const faulty = changed.filter((name) => entered[name] !== '' && isFaulty(name, entered[name], scopes));
    if (faulty.length > 0) return { page: profilePage(idp, visit, entered, faulty), status: 422 };
    if (changed.length > 0) await save(idp, visit, entered, changed);
    const chosen = changed.includes('locale')
      ? [languageCookie(idp, asLanguage(entered.locale) ?? null, undefined)]
      : [];
    return { seeOther: visit.action, cookies: chosen };
  },
});
