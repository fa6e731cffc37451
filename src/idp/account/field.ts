import { type Html, html } from '../../pages/html.js';

export interface Field {
  readonly name: string;
  /** Where a page has several of the name. */
  readonly id?: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly type?: 'text' | 'password' | 'url' | 'email';
  /** HTML §4.10.18.7. */
  readonly autocomplete: string;
  readonly required?: boolean;
  readonly hint?: string | undefined;
  /** What is wrong with what was entered. */
  readonly fault?: string | undefined;
}

/** A field with its label, and with what is wrong with it. */
export function field({
  name,
  id = name,
  label,
  value,
  type = 'text',
  autocomplete,
  required,
  hint,
  fault,
}: Field): Html {
  const describedBy = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" type="${type}" value="${value ?? ''}" autocomplete="${autocomplete}" maxlength="1024"${
      required && html` required`
    }${fault && html` aria-invalid="true"`}${describedBy !== '' && html` aria-describedby="${describedBy}"`}>
    ${hint && html`<p class="fine" id="${id}-hint">${hint}</p>`}
    ${fault && html`<p class="fault" id="${id}-fault">${fault}</p>`}
  </div>`;
}
