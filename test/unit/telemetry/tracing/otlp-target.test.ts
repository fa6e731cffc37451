import { describe, expect, it } from '@jest/globals';
import { otlpTarget } from '../../../../src/telemetry/tracing/otlp-target.js';

describe('OTLP endpoint: the port chooses the protocol', () => {
  it.each([
    ['http://collector:4317', 'grpc', 'http://collector:4317', 'http://collector:4317'],
    ['https://collector:4317', 'grpc', 'https://collector:4317', 'https://collector:4317'],
    ['grpc://collector:4317', 'grpc', 'http://collector:4317', 'http://collector:4317'],
    ['grpcs://collector:4317', 'grpc', 'https://collector:4317', 'https://collector:4317'],
    ['collector:4317', 'grpc', 'http://collector:4317', 'http://collector:4317'],
    ['http://collector:4317/ignored', 'grpc', 'http://collector:4317', 'http://collector:4317'],
    ['http://collector:4318', 'http', 'http://collector:4318/v1/traces', 'http://collector:4318/v1/metrics'],
    ['grpc://collector:4318', 'http', 'http://collector:4318/v1/traces', 'http://collector:4318/v1/metrics'],
    ['http://collector:4318/', 'http', 'http://collector:4318/v1/traces', 'http://collector:4318/v1/metrics'],
    [
      'https://otel.example/otlp/',
      'http',
      'https://otel.example/otlp/v1/traces',
      'https://otel.example/otlp/v1/metrics',
    ],
  ])('%s', (endpoint, protocol, traces, metrics) => {
    expect(otlpTarget(endpoint)).toEqual({ protocol, traces, metrics });
  });

  it.each(['', '   '])('%j is nowhere', (endpoint) => expect(otlpTarget(endpoint)).toBeUndefined());
});
