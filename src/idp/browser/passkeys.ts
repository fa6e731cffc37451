/**
 * Asks the browser for passkeys and sends what it says as a form. What it needs stands in `data-`
 * attributes. Where it does not run, or the browser cannot, the pages are as they are without it.
 */

type Credential = typeof PublicKeyCredential;
type Signal = (of: object) => Promise<void>;

/** What not every browser has. */
const passkeys = (globalThis as { PublicKeyCredential?: Partial<Credential> }).PublicKeyCredential;

/** Milliseconds that a browser may take to make a passkey by itself, or to hear what is told of others. */
const patience = { automatic: 5_000, signal: 1_000 };

const part = <Part extends HTMLElement>(name: string): Part | null =>
  document.querySelector(`[data-passkey="${name}"]`);
const read = <T>(text: string | undefined): T => JSON.parse(text ?? '{}') as T;

/** One request at a time: a browser refuses the second while one is pending. */
let pending = new AbortController();
function renewed(): AbortSignal {
  pending.abort();
  pending = new AbortController();
  return pending.signal;
}

/** Without what somebody may have typed before they took the passkey. */
function send(form: HTMLFormElement, credential: globalThis.Credential | null): void {
  const field = form.elements.namedItem('passkey');
  if (!credential || !(field instanceof HTMLInputElement)) return;
  form.reset();
  field.value = JSON.stringify((credential as PublicKeyCredential).toJSON());
  form.submit();
}

/** Tells the password manager; a browser that does not know how is not told. */
async function signal(name: string, of: object): Promise<void> {
  const tell = (passkeys as unknown as Record<string, Signal | undefined> | undefined)?.[name];
  const told = tell?.call(passkeys, of).catch(() => undefined);
  await Promise.race([told, new Promise((done) => setTimeout(done, patience.signal))]);
}

/** The sign-in page: by autofill of the identifier's field, or by the button. */
async function offerUse(button: HTMLButtonElement): Promise<void> {
  const { form } = button;
  const publicKey = passkeys?.parseRequestOptionsFromJSON?.(read(button.dataset.options));
  if (!form || !publicKey) return;
  const ask = async (mediation: CredentialMediationRequirement) =>
    send(form, await navigator.credentials.get({ publicKey, mediation, signal: renewed() }));
  const waitForAutofill = async () => {
    if (await passkeys?.isConditionalMediationAvailable?.()) await ask('conditional').catch(() => undefined);
  };
  button.addEventListener('click', () => void ask('optional').catch(waitForAutofill));
  button.hidden = false;
  const { unknown } = button.dataset;
  if (unknown) await signal('signalUnknownCredential', { rpId: publicKey.rpId, credentialId: unknown });
  await waitForAutofill();
}

/** Tells the server with the password whether this browser could make a passkey, so that only then one is offered. */
async function tellAbility(field: HTMLInputElement): Promise<void> {
  const able =
    passkeys?.parseCreationOptionsFromJSON && (await passkeys.isUserVerifyingPlatformAuthenticatorAvailable?.());
  if (able) field.value = 'yes';
}

/** A form that makes one where its button is pressed. */
function offerButton(form: HTMLFormElement): PublicKeyCredentialCreationOptions | undefined {
  const publicKey = passkeys?.parseCreationOptionsFromJSON?.(read(form.dataset.options));
  if (!publicKey) return undefined;
  const make = async (signal: AbortSignal) => send(form, await navigator.credentials.create({ publicKey, signal }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const failed = part('failed');
    make(renewed()).catch(() => failed?.removeAttribute('hidden'));
  });
  form.hidden = false;
  part('unable')?.setAttribute('hidden', '');
  return publicKey;
}

/** The page that offers one: made without a question where the browser can, or by the button. */
async function offerCreation(form: HTMLFormElement): Promise<void> {
  const publicKey = offerButton(form);
  if (!publicKey) return;
  await tellAccepted(form);
  const capabilities = await passkeys?.getClientCapabilities?.();
  if (!capabilities?.conditionalCreate) return;
  const automatic = renewed();
  setTimeout(() => automatic === pending.signal && pending.abort(), patience.automatic);
  await makeAutomatically(form, publicKey, automatic).catch(() => undefined);
}

/** Nobody is asked, so that the authenticator may have verified nobody, either: the server is told. */
async function makeAutomatically(
  form: HTMLFormElement,
  publicKey: PublicKeyCredentialCreationOptions,
  signal: AbortSignal,
): Promise<void> {
  const authenticatorSelection = { ...publicKey.authenticatorSelection, userVerification: 'preferred' as const };
  const options = { publicKey: { ...publicKey, authenticatorSelection }, signal, mediation: 'conditional' };
  const credential = await navigator.credentials.create(options as CredentialCreationOptions);
  const field = form.elements.namedItem('automatic');
  if (field instanceof HTMLInputElement) field.value = 'yes';
  send(form, credential);
}

/** What the password manager keeps is made true. */
async function tellAccepted({ dataset }: HTMLElement): Promise<void> {
  const { rpId, userId, allAcceptedCredentialIds, name, displayName } = read<Record<string, unknown>>(dataset.accepted);
  await Promise.all([
    signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds }),
    signal('signalCurrentUserDetails', { rpId, userId, name, displayName }),
  ]);
}

/** After a sign-in or a change the browser goes on once the password manager knows. */
async function goOn(link: HTMLAnchorElement): Promise<void> {
  await tellAccepted(link);
  location.replace(link.href);
}

function start<Part extends HTMLElement>(name: string, work: (part: Part) => Promise<void>): void {
  const found = part<Part>(name);
  if (found) work(found).catch(() => undefined);
}

addEventListener('pagehide', () => pending.abort());
start('able', tellAbility);
start('use', offerUse);
start('create', offerCreation);
start('add', async (form: HTMLFormElement) => void offerButton(form));
start('accepted', goOn);
start('accepted-here', tellAccepted);
