/** Shows a password on request, and tells while a new one is typed what the server will say of it. */
import { type PasswordRule, passwordStrength } from '../../protocol/password/strength.js';

interface StrengthTexts {
  /** With `{count}` for the number. */
  readonly missing: string;
  readonly problems: Readonly<Record<string, string>>;
  readonly enough: string;
  readonly strong: string;
}

/** Milliseconds without a further character: screen readers read once somebody pauses. */
const pause = 300;

const fieldOf = (part: HTMLElement): HTMLInputElement | null => {
  const found = document.getElementById(part.dataset.field ?? '');
  return found instanceof HTMLInputElement ? found : null;
};

/** What is shown is hidden again before it is sent: browsers remember the text of other fields. */
function offerShowing(button: HTMLButtonElement): void {
  const field = fieldOf(button);
  if (!field) return;
  const { show = '', hide = '' } = button.dataset;
  const set = (isShown: boolean) => {
    field.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? hide : show;
  };
  button.addEventListener('click', () => set(field.type === 'password'));
  field.form?.addEventListener('submit', () => set(false));
  addEventListener('pagehide', () => set(false));
  button.hidden = false;
}

function tellStrength(place: HTMLElement): void {
  const field = fieldOf(place);
  if (!field) return;
  const { rule, texts } = JSON.parse(place.dataset.strength ?? '{}') as { rule: PasswordRule; texts: StrengthTexts };
  const tell = () => {
    const { level, missing, problem } = passwordStrength(field.value, rule);
    if (field.value === '') place.textContent = '';
    else if (missing > 0) place.textContent = texts.missing.replace('{count}', String(missing));
    else place.textContent = level === 'refused' ? (texts.problems[problem ?? ''] ?? '') : texts[level];
  };
  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(tell, pause);
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-password="show"]')) offerShowing(button);
for (const place of document.querySelectorAll<HTMLElement>('[data-password="strength"]')) tellStrength(place);
