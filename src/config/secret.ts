import { inspect } from 'node:util';

const shown = '[secret]';

/** A value that shows itself to nobody by accident: logs, JSON, templates and error messages get "[secret]". */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: to be called only where it is used. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
