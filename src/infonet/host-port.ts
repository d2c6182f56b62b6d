/** A listening address. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, with IPv6 in brackets; undefined if the text is not in this form. */
export function readHostPort(text: string): HostPort | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:]+)\]|([^\s:/@[\]]+)):([0-9]{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}
