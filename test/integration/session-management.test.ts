import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endUserSessions } from '../../src/administration/sessions.js';
import { checkSession } from '../../src/idp/browser/session-check.js';
import { administer } from '../support/administration.js';
import { paths } from '../support/authz.js';
import { type Answer, formsOf } from '../support/browser.js';
import { hub } from '../support/idp.js';
import { knownBy, openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

let house: TestHouse;
let client: string;
beforeAll(async () => {
  house = await openHouse({ config: { sessionManagement: true } });
  client = await house.authz.addClient();
});
afterAll(() => house.close());

/** What a window of the client hears from the frame in this browser. */
const check = ({ atIdp }: Visitor, sessionState = '') =>
  checkSession({
    message: `${client} ${sessionState}`,
    origin: 'https://client.example',
    browserStates: atIdp.cookies.get('browser_state')?.split('.'),
    seesCookies: true,
  });

/** Somebody who has just signed in, and the state that the client was told of. */
async function signedIn() {
  const [person, user] = [house.visitor(), await house.idp.addUser()];
  const { session_state: state } = await house.signIn(person, client, user);
  return { person, user, state };
}

/** Follows redirects between authz and idp, to a page or the client. */
async function follow(person: Visitor, from: Answer): Promise<Answer> {
  const { location } = from;
  if (location === null || location.startsWith('https://client.example')) return from;
  const url = new URL(location, house.idp.origin);
  return follow(person, await (url.origin === house.idp.origin ? person.atIdp : person.atAuthz).get(url.href));
}

const posted = (page: Answer): Readonly<Record<string, string>> => formsOf(page.text)[0]?.fields ?? {};

describe('Session management (OIDC Session Management §3)', () => {
  it('§9.8: every answer to a sign-in has session_state: at once and over idp, by redirect and by form_post', async () => {
    const { person, state } = await signedIn();
    const overIdp = async (parameters: Record<string, string>) => {
      person.atAuthz.cookies.delete(knownBy);
      return follow(person, await house.ask(person, client, parameters));
    };
    const form = { response_mode: 'form_post' };
    const states = [
      state,
      toldClient(await house.ask(person, client)).session_state,
      toldClient(await house.ask(person, client, { prompt: 'none' })).session_state,
      posted(await house.ask(person, client, form)).session_state,
      toldClient(await overIdp({})).session_state,
      toldClient(await overIdp({ prompt: 'none' })).session_state,
      posted(await overIdp(form)).session_state,
    ];
    expect(new Set(states).size).toBe(states.length);
    for (const each of states) expect([each, check(person, each)]).toEqual([expect.any(String), 'unchanged']);
  });

  it('§9.8: the state is told to nobody who signs nobody in', async () => {
    const { person } = await signedIn();
    expect(toldClient(await house.ask(person, client, { scope: 'profile' }))).toEqual({
      code: expect.any(String),
      state: 's',
      iss: house.authz.origin,
    });
    const stranger = house.visitor();
    const refused = await follow(stranger, await house.ask(stranger, client, { prompt: 'none' }));
    expect(toldClient(refused)).toMatchObject({ error: 'login_required' });
    expect(toldClient(refused)).not.toHaveProperty('session_state');
  });

  it('a second look at the answer has it, too, as long as the session lives', async () => {
    const [person, user] = [house.visitor(), await house.idp.addUser()];
    let handle = '';
    const keep = person.atAuthz.get.bind(person.atAuthz);
    person.atAuthz.get = (path, headers) => {
      if (path.includes(paths.resume)) handle = path;
      return keep(path, headers);
    };
    await house.signIn(person, client, user);
    expect(check(person, toldClient(await person.atAuthz.get(handle)).session_state)).toBe('unchanged');
  });

  it('§9.8: discovery says where the frame is', async () => {
    const document = JSON.parse((await house.authz.newBrowser().get('/.well-known/openid-configuration')).text);
    expect(document.check_session_iframe).toBe(`${house.idp.origin}/oidc/v1/check-session`);
  });

  const changes: Readonly<Record<string, (one: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>>> = {
    'a sign-out': ({ person }) => house.signOut(person),
    'a sign-in as somebody else': async ({ person }) =>
      house.idp.signIn(person.atIdp, await house.idp.start(client), await house.idp.addUser()),
    'another sign-in of the same person': async ({ person, user }) =>
      house.idp.signIn(person.atIdp, await house.idp.start(client), user),
    'an end elsewhere, once the browser comes by': async ({ person, user }) => {
      await endUserSessions(administer(house.idp.database, { clock: house.idp.clock }), user.username);
      await person.atIdp.get(hub(await house.idp.start(client)));
    },
  };
  it.each(Object.entries(changes))('%s changes it', async (_, change) => {
    const one = await signedIn();
    await change(one);
    expect(check(one.person, one.state)).toBe('changed');
  });

  it('after a change the next answer is unchanged again: nobody asks in circles', async () => {
    const { person, user } = await signedIn();
    await house.idp.signIn(person.atIdp, await house.idp.start(client), user);
    for (const prompt of ['none', 'none']) {
      const answer = await follow(person, await house.ask(person, client, { prompt }));
      expect(check(person, toldClient(answer).session_state)).toBe('unchanged');
    }
  });

  it('a browser that has lost the state, or signed in before there was one, gets it when it comes by', async () => {
    const { person, state } = await signedIn();
    person.atIdp.cookies.delete('browser_state');
    const answer = await person.atIdp.get(hub(await house.idp.start(client)));
    expect(check(person, state)).toBe('unchanged');
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^browser_state=[\w-]{22}\.[\w-]{22}; Path=\/; Secure; SameSite=None$/),
    ]);
    const next = await person.atIdp.get(hub(await house.idp.start(client)));
    expect(next.headers.getSetCookie()).toEqual([]);
  });

  it('whoever comes without the session’s cookie, as below another site, changes nothing', async () => {
    const { person } = await signedIn();
    const below = person.atIdp.copy();
    below.cookies.delete('session');
    const answer = await below.get(hub(await house.idp.start(client, { prompts: ['none'] })));
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});
