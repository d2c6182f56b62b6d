/**
 * Text from a peer, safe to print: on one line, without control or direction characters that could steer a terminal,
 * and not too long.
 */
export function oneLine(text: string, most = 120): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const letters = Array.from(clean);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : clean;
}
