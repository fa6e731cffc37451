import { html } from '../../pages/html.js';
import { claimFault } from '../../protocol/claims.js';
import type { Parameters } from '../../protocol/parameters.js';
import { setOwnClaims } from '../../storage/people/own-claims.js';
import type { Idp } from '../deps.js';
import { csrfField } from '../interaction/parts.js';
import { type Field, field } from './field.js';
import { accountPage } from './frame.js';
import type { AccountSection, AccountVisit } from './section.js';

/** The claims that people set themselves, with how a browser fills them in; what gives rights is not among them. */
const editable = {
  name: { autocomplete: 'name' },
  given_name: { autocomplete: 'given-name' },
  family_name: { autocomplete: 'family-name' },
  nickname: { autocomplete: 'nickname' },
  website: { autocomplete: 'url', type: 'url' },
  birthdate: { autocomplete: 'bday' },
} as const satisfies Readonly<Record<string, Pick<Field, 'autocomplete' | 'type'>>>;

type EditableClaim = keyof typeof editable;

type Entered = Readonly<Record<EditableClaim, string>>;

const names = Object.keys(editable) as readonly EditableClaim[];

const eachClaim = (textOf: (name: EditableClaim) => string): Entered =>
  Object.fromEntries(names.map((name) => [name, textOf(name)])) as Entered;

const storedClaims = ({ session: { claims } }: AccountVisit): Entered =>
  eachClaim((name) => (typeof claims[name] === 'string' ? claims[name] : ''));

function profilePage(idp: Idp, visit: AccountVisit, entered: Entered, faulty: readonly EditableClaim[] = []) {
  const { account: text } = visit.view.texts;
  const fields = names.map((name) =>
    field({
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

const enteredIn = (form: Parameters): Entered => eachClaim((name) => (form.get(name) ?? '').trim());

/** What somebody says of themselves (OIDC Core §5.1). */
export const profileSection = (idp: Idp): AccountSection => ({
  page: async (visit) => ({ page: profilePage(idp, visit, storedClaims(visit)) }),
  async submit(visit, form) {
    const entered = enteredIn(form);
    const stored = storedClaims(visit);
    const changed = names.filter((name) => entered[name] !== stored[name]);
    const { scopes } = idp.config.claims;
    const faulty = changed.filter((name) => entered[name] !== '' && claimFault(name, entered[name], scopes));
    if (faulty.length > 0) return { page: profilePage(idp, visit, entered, faulty), status: 422 };
    if (changed.length > 0) await save(idp, visit, entered, changed);
    return { seeOther: visit.action };
  },
});
