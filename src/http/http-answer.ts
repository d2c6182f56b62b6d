import type { IncomingMessage, ServerResponse } from 'node:http';

/** A whole answer, made before any of it is sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly type: string;
  readonly body: string;
}

export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

export function textAnswer(text: string): HttpAnswer {
  return { status: 200, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

/** What was not done, and why. */
export function problem(status: number, error: string, headers?: HttpAnswer['headers']): HttpAnswer {
  return { ...jsonAnswer(status, { error }), headers };
}

/** Sends it; to HEAD without the body, which Node leaves out by itself. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, type, body }: HttpAnswer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // What is left of a request that was not read to its end must not be taken for the next one.
    ...(request.complete ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(body);
}
