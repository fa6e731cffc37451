import type { IncomingHttpHeaders } from 'node:http';
import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { RoleName } from '../../protocol/endpoints.js';
import { currentRequest } from '../log/request-context.js';
import { methodLabel } from '../metrics/labels.js';
import type { TraceBudget } from './trace-budget.js';

const tracer = () => trace.getTracer('identity');

/** What is spent for each request that is traced; undefined while nothing is. */
let budget: TraceBudget | undefined;

/** Told when what records spans is started, and when it is stopped. */
export function setTracing(spending: TraceBudget | undefined): void {
  budget = spending;
}

/** Whether a span that begins here would be kept: to be asked before anything is made for one. */
export function isTracing(): boolean {
  if (!budget || currentRequest()?.isTraced === false) return false;
  const active = trace.getActiveSpan();
  return active === undefined || (active.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** A span names only the kind of an error: messages may hold what was sent. */
function failed(span: Span, error: unknown): void {
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    code?: unknown;
  };
  span.setAttribute('error.type', String(code ?? name ?? 'error').slice(0, 64));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Runs `work` in a span of its own; `attributes` are fixed texts and ids, never what a request says. */
export function withSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  if (!isTracing()) return work();
  return tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds the W3C trace context to the headers of a request that we make (W3C Trace Context §3). */
export const injectTraceContext = (headers: Record<string, string>): void =>
  propagation.inject(context.active(), headers);

/** The trace context that is active now, as text (W3C Trace Context §3.2); null when nothing is traced. */
export function currentTraceparent(): string | null {
  if (!trace.getActiveSpan()) return null;
  const headers: Record<string, string> = {};
  injectTraceContext(headers);
  return headers.traceparent ?? null;
}

/**
 * Links the active span to the trace of an earlier request in the same story. Between the two lies a browser, which
 * carries no trace context through a redirect: what both have in common is a row.
 */
export function linkTrace(traceparent: string | null | undefined): void {
  const span = trace.getActiveSpan();
  if (!span || !traceparent) return;
  const earlier = propagation.extract(context.active(), { traceparent }, defaultTextMapGetter);
  const spanContext = trace.getSpanContext(earlier);
  if (spanContext) span.addLink({ context: spanContext });
}

/** The span of one request that is answered. */
export interface ServerSpan {
  /** The trace context while it runs; undefined where there is none. */
  readonly ids: { readonly traceId: string; readonly spanId: string } | undefined;
  run<T>(answer: () => T): T;
  end(route: string, status: number): void;
}

const unobserved: ServerSpan = { ids: undefined, run: (answer) => answer(), end: () => undefined };

/** The caller's trace context, if it names one (W3C Trace Context §3.2); not sampled any more where the budget is spent. */
function parentOf(headers: IncomingHttpHeaders, isAffordable: boolean): Context {
  const parent = propagation.extract(context.active(), headers, defaultTextMapGetter);
  const spanContext = trace.getSpanContext(parent);
  if (isAffordable || !spanContext) return parent;
  return trace.setSpanContext(parent, { ...spanContext, traceFlags: TraceFlags.NONE });
}

/**
 * Starts a request's span below the caller's. Once the budget is spent nothing is made for a request, but that a caller's trace
 * context is handed on.
 */
export function startServerSpan(role: RoleName, method: string, headers: IncomingHttpHeaders): ServerSpan {
  if (!budget) return unobserved;
  const isAffordable = budget.take();
  if (!isAffordable && headers.traceparent === undefined) return unobserved;
  const name = methodLabel(method);
  const parent = parentOf(headers, isAffordable);
  const attributes = { 'http.request.method': name, 'identity.role': role };
  const span = tracer().startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const inside = trace.setSpan(parent, span);
  return {
    ids: span.spanContext(),
    run: (answer) => context.with(inside, answer),
    end(route, status) {
      span.updateName(`${name} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
