import { withoutCredentials } from './viewers/without-credentials.ts';

/** A value as JSON, with the names and passwords of users taken out of its URLs. */
export function shownJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('@') ? JSON.stringify(value, clean) : text;
}

function clean(_: string, value: unknown): unknown {
  return typeof value === 'string' ? withoutCredentials(value) : value;
}
