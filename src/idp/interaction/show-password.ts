import { type Html, html } from '../../pages/html.js';
import type { Texts } from '../../pages/texts/en.js';

/** Shows what was typed into the field `password`; the script shows the button, since without it there is nothing to press it for. */
export const showPasswordButton = ({ login: text }: Texts): Html => html`
  <button class="plain" type="button" data-password="show" data-field="password" data-show="${text.showPassword}" data-hide="${
    text.hidePassword
  }" aria-controls="password" hidden>${text.showPassword}</button>`;
