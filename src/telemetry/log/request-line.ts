import { isoTime, jsonText } from './log-format.js';
import { redactText, safeLiteral } from './redaction.js';

/** The ids by which lines of one request are found, in all roles (W3C Trace Context §3.2.2). */
export interface RequestIds {
  readonly requestId: string;
  readonly callerRequestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

type SomeIds = { readonly [Id in keyof RequestIds]: RequestIds[Id] | undefined };

/** What there is to say of a request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The pattern of the route, as the code has it. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The address that it came from. */
  readonly remote: string | undefined;
}

export const requestEvent = 'http request';

/** Ids as fields of a line. */
export function idFields({ requestId, callerRequestId, traceId, spanId }: SomeIds): Record<string, string> {
  const fields: Record<string, string> = {};
  if (requestId !== undefined) fields.request_id = requestId;
  if (callerRequestId !== undefined) fields.caller_request_id = callerRequestId;
  if (traceId !== undefined) fields.trace_id = traceId;
  if (spanId !== undefined) fields.span_id = spanId;
  return fields;
}

/** An answered request as fields of a line. */
export const requestFields = ({ milliseconds, ...request }: AnsweredRequest): Record<string, unknown> => {
  const { method, route, status, remote } = request;
  return { method, route, status, duration_ms: milliseconds, remote };
};

/**
 * The line of an answered request, as {@link jsonLine} would write it of the same fields, in one piece: it is what most lines are,
 * and what a short request spends most on.
 * @param bound what every line of this log carries, as text in the middle of a line
 */
export function requestLine(
  { time, level, bound }: { readonly time: Date; readonly level: string; readonly bound: string },
  { requestId, callerRequestId, traceId, spanId }: RequestIds,
  { method, route, status, milliseconds, remote }: AnsweredRequest,
): string {
  const caller = callerRequestId === undefined ? '' : `,"caller_request_id":${jsonText(callerRequestId)}`;
  const trace = traceId === undefined ? '' : `,"trace_id":${jsonText(traceId)},"span_id":${jsonText(spanId ?? '')}`;
  const from = remote === undefined ? '' : `,"remote":${jsonText(redactText(remote))}`;
  return `{"time":"${isoTime(time)}","level":"${level}","message":"${requestEvent}"${bound},"request_id":${jsonText(requestId)}${caller}${trace},"method":${jsonText(method)},"route":${jsonText(safeLiteral(route))},"status":${status},"duration_ms":${milliseconds}${from}}`;
}
