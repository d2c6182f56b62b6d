import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { messageOf } from '../policy/thrown.ts';
import { type HttpAnswer, problem, sendAnswer } from './http-answer.ts';

type Answered = HttpAnswer | undefined;

/** Handles one method of one path. Returns undefined if it answers by itself, with a stream. */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Answered | Promise<Answered>;

/** Handlers by path, then by method. A GET handler answers HEAD too. */
export type HttpRoutes = Readonly<Record<string, Readonly<Partial<Record<'GET' | 'POST', HttpHandler>>>>>;

/**
 * Answers the requests to a server. If a handler throws, the answer is 500.
 *
 * @param guard called first for each request; returns the answer if the request is refused
 */
export function serveRoutes(
  server: Server,
  routes: HttpRoutes,
  guard: (request: IncomingMessage) => HttpAnswer | undefined = () => undefined,
): void {
  server.on('request', (request, response) => {
    const made = async (): Promise<Answered> => guard(request) ?? answerBy(routes, request, response);
    made()
      .catch((error: unknown) => problem(500, messageOf(error)))
      .then((answer) => answer && sendAnswer(request, response, answer));
  });
}

/** The answer to a request, also for an unknown path or method. The query is ignored. */
function answerBy(
  routes: HttpRoutes,
  request: IncomingMessage,
  response: ServerResponse,
): ReturnType<HttpHandler> {
  const [path = ''] = (request.url ?? '').split('?');
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) {
    return problem(404, `There is nothing at this path; known paths are ${Object.keys(routes).join(', ')}`);
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = method === 'GET' || method === 'POST' ? methods[method] : undefined;
  if (handler !== undefined) return handler(request, response);
  const allow = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  return problem(405, `Allowed at ${path} is ${allow.join(', ')}`, { allow: allow.join(', ') });
}
