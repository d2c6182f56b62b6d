import type { Recording } from './recording.ts';

const URL_HOST = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#@"']*@)?(\[[0-9a-f:.]+\]|[^\s/?#:"'\\]+)/gi;
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi;

/** A copy of a recording with every host name replaced, also in errors. Ports and paths stay. */
export function anonymize(recording: Recording): Recording {
  const text = JSON.stringify(recording);
  const hosts = [...text.matchAll(URL_HOST)].map(([, host = '']) => host);
  const addresses = [...text.matchAll(ADDRESS)].map(([address]) => address);
  const names = new Map<string, string>();
  for (const host of [...hosts, ...addresses]) {
    const key = host.toLowerCase();
    if (!names.has(key)) names.set(key, `host-${names.size + 1}.example`);
  }
  if (names.size === 0) return recording;
  // The longest first, because one host may be part of another.
  const known = [...names.keys()].sort((one, other) => other.length - one.length).map(escapeRegExp);
  const any = new RegExp(known.join('|'), 'gi');
  const replace = (value: string): string =>
    value.replace(any, (host) => names.get(host.toLowerCase()) ?? host);
  return JSON.parse(text, (_, value) => {
    if (typeof value === 'string') return replace(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [replace(key), part]));
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
