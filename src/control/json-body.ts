import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, problem } from '../http/http-answer.ts';
import { readBody } from '../http/read-body.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** What a request carries as JSON, undefined if it carries nothing; or the refusal. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ readonly value: unknown } | { readonly refusal: HttpAnswer }> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return { refusal: problem(413, `The body has more than ${MAX_BODY_BYTES} bytes`) };
  const text = body.toString('utf8').trim();
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { refusal: problem(400, 'The body is no JSON') };
  }
}
