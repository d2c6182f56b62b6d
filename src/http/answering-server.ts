import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type HttpAnswer, problem, sendAnswer } from './http-answer.ts';

/** Milliseconds for a caller to send its whole request. */
const REQUEST_TIMEOUT = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 64;

/** A server of small answers, bounded in time, size and connections. What answering throws is answered with 500. */
export function createAnsweringServer(
  answer: (request: IncomingMessage) => HttpAnswer | Promise<HttpAnswer>,
): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  // A caller that does not read its answer is let go as well.
  server.setTimeout(REQUEST_TIMEOUT * 2);
  server.on('request', (request, response) => {
    const made = async (): Promise<HttpAnswer> => answer(request);
    made()
      .catch((error: unknown) => problem(500, error instanceof Error ? error.message : String(error)))
      .then((ready) => sendAnswer(request, response, ready));
  });
  return server;
}
