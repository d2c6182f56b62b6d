import type { IncomingMessage } from 'node:http';
import { type HttpAnswer, problem } from './http-answer.ts';

/** The body of a request, or undefined if it has more bytes than this. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not left by `return`: that would destroy the request, and the answer with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What a request carries as JSON, undefined if it carries nothing; or the refusal. */
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
    return { refusal: problem(400, 'The body is no JSON') };
  }
}
