import type { Asked } from '../../http/request/asked.js';
import type { Parameters } from '../../protocol/parameters.js';
import type { Answer } from './answer.js';
import type { StepKind } from './step-kind.js';
import type { Visit } from './visit.js';

/** What identifies a step's form, in its path and in its token. */
export interface StepForm<Kind extends StepKind = StepKind> {
  readonly kind: Kind;
  /** Whether the form is refused once another user is signed in than the one to whom it was shown. */
  readonly boundToUser: boolean;
}

/** A form that passed the guard. */
export interface SentForm {
  readonly visit: Visit;
  readonly form: Parameters;
  readonly asked: Asked;
}

/** A step of an interaction. `nextStep` says when it is due, `page` what it shows, `submit` what its form does. */
export interface InteractionStep<Kind extends StepKind = StepKind> extends StepForm<Kind> {
  page(visit: Visit): Answer | Promise<Answer>;
  submit(sent: SentForm): Promise<Answer>;
}

/** A form of an interaction behind the guard, be it a step's own or another one on its page. */
export type GuardedForm = Pick<InteractionStep, 'kind' | 'boundToUser' | 'submit'>;

/** The table of steps: a new step is a new entry. */
export type Steps = { readonly [Kind in StepKind]: InteractionStep<Kind> };
