/**
 * `node:http`, by the way that loads no more of it than is used. An import reads all that the module has, and with that brings up
 * undici, the client behind `fetch`, which is among it: 5 MB of memory that a server has no use for.
 */
export const http = process.getBuiltinModule('node:http');
