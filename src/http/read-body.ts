import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, problem } from './http-answer.ts';

/** The body of a request, or undefined if it has more than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // By default, a `return` out of the loop would destroy the request, and the answer with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON body of a request, undefined if it is empty; or the refusal. */
export async function readJsonBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly value: unknown } | { readonly refusal: HttpAnswer }> {
  const body = await readBody(request, maxBytes);
  if (body === undefined) return { refusal: problem(413, `The body has more than ${maxBytes} bytes`) };
  const text = body.toString('utf8').trim();
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { refusal: problem(400, 'The body is not JSON') };
  }
}
