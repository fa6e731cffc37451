import { isoTime, jsonText } from './log-format.js';
import { redactText, safeLiteral } from './redaction.js';

/** The ids by which lines of one request are found, in all roles (W3C Trace Context §3.2.2). */
export interface RequestIds {
  readonly requestId: string;
  readonly callerRequestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

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
export const idFields = ({
  requestId,
  callerRequestId,
  traceId,
  spanId,
}: Partial<RequestIds>): Record<string, string> => ({
  ...(requestId !== undefined && { request_id: requestId }),
  ...(callerRequestId !== undefined && { caller_request_id: callerRequestId }),
  ...(traceId !== undefined && { trace_id: traceId }),
  ...(spanId !== undefined && { span_id: spanId }),
});

/** An answered request as fields of a line. */
export const requestFields = ({ milliseconds, ...request }: AnsweredRequest): Record<string, unknown> => {
  const { method, route, status, remote } = request;
  return { method, route, status, duration_ms: milliseconds, remote };
};

/** An address as it is usually written; a proxy that is trusted may write anything. */
const address = /^[\da-f.:]{1,45}$/;

const remoteText = (remote: string): string => (address.test(remote) ? `"${remote}"` : jsonText(redactText(remote)));

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
  const from = remote === undefined ? '' : `,"remote":${remoteText(remote)}`;
  return `{"time":"${isoTime(time)}","level":"${level}","message":"${requestEvent}"${bound},"request_id":${jsonText(requestId)}${caller}${trace},"method":${jsonText(method)},"route":${jsonText(safeLiteral(route))},"status":${status},"duration_ms":${milliseconds}${from}}`;
}
