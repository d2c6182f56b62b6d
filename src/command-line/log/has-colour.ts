/** Whether to use colours: the stream has them, and nobody asked for none (https://no-color.org). */
export function hasColour(
  stream: { readonly isTTY?: boolean | undefined; hasColors?(env?: NodeJS.ProcessEnv): boolean },
  env: NodeJS.ProcessEnv,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true && (stream.hasColors?.(env) ?? false);
}
