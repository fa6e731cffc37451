import type { Asked } from '../../http/request/asked.js';
import type { Parameters } from '../../protocol/parameters.js';
import type { Step } from '../../protocol/sign-in/next-step.js';
import type { Answer } from './answer.js';
import type { Visit } from './visit.js';

/** The steps that somebody is asked to take; the others end the interaction. Each has a form and an endpoint of its name. */
export type StepKind = Exclude<Step['kind'], 'done' | 'refused'>;

/** What names a step's form: in its path, and in the token that it carries. */
export interface StepForm<Kind extends StepKind = StepKind> {
  readonly kind: Kind;
  /** Whether a form that was shown to one user is refused when another is signed in by the time it is sent. */
  readonly boundToUser: boolean;
}

/** A form of ours that came back from the browser to which it was shown. */
export interface SentForm {
  readonly visit: Visit;
  readonly form: Parameters;
  readonly asked: Asked;
}

/** A step of an interaction: `nextStep` says when it is due, the step what is shown and what comes of its form. */
export interface InteractionStep<Kind extends StepKind = StepKind> extends StepForm<Kind> {
  page(visit: Visit): Answer;
  submit(sent: SentForm): Promise<Answer>;
}

/** The table of steps: a further one is a further entry. */
export type Steps = { readonly [Kind in StepKind]: InteractionStep<Kind> };
