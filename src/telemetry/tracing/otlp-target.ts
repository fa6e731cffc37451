/** Where telemetry goes. */
export interface OtlpTarget {
  readonly protocol: 'grpc' | 'http';
  readonly traces: string;
  readonly metrics: string;
}

/**
 * The port decides what is spoken there, as OTLP has registered it: 4317 is gRPC, everything else HTTP with protobuf. The
 * scheme tells no more than whether TLS is used: `http://…:4317` is what operators write for gRPC.
 * Undefined where there is nowhere to send to.
 */
export function otlpTarget(endpoint: string): OtlpTarget | undefined {
  const given = endpoint.trim();
  if (given === '') return undefined;
  const url = new URL(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given.replace(/^grpc(s?):/i, 'http$1:') : `http://${given}`,
  );
  const origin = `${url.protocol}//${url.host}`;
  if (url.port === '4317') return { protocol: 'grpc', traces: origin, metrics: origin };
  const base = origin + url.pathname.replace(/\/+$/, '');
  return { protocol: 'http', traces: `${base}/v1/traces`, metrics: `${base}/v1/metrics` };
}
