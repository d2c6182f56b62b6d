import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, problem } from './http-answer.ts';

const MOST_BODY_BYTES = 64 * 1024;

/** What a request carries as JSON, undefined if it carries nothing; or the refusal. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ readonly value: unknown } | { readonly refusal: HttpAnswer }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not left by `return`: that would destroy the request, and the answer with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) {
      return { refusal: problem(413, `The body has more than ${MOST_BODY_BYTES} bytes`) };
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { refusal: problem(400, 'The body is no JSON') };
  }
}
