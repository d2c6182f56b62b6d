/**
 * Reads a body up to a limit, which holds while it arrives: for the bytes after decompression, and whatever length the
 * header claims.
 *
 * @throws Error if it is longer, or breaks off
 */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body, and with it the connection.
  for await (const chunk of whole(response.body)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the body is above ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`the body broke off: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  }
}
