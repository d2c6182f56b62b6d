import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { safeText } from '../../policy/safe-text.ts';
import type { CertificateSeen, TlsSeen } from './check-report.ts';

/** Node's error codes for a refused certificate. A TLS alert with CERTIFICATE in its name is the other side's refusal of ours. */
const REFUSALS = /CERT(?!IFICATE)|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^INVALID_(CA|PURPOSE)$/;

/** Whether a connection failed because of the other side's certificate. */
export function isCertificateRefusal(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && REFUSALS.test(String(error.code));
}

/**
 * The refused certificate. Node attaches it to one kind of error only; for the others we fetch it with a separate handshake, over
 * which no request is sent.
 */
export async function refusedCertificate(
  error: Error,
  { hostname, port }: URL,
  timeoutMs: number,
): Promise<CertificateSeen | undefined> {
  if ('cert' in error) return certificateSeen(error.cert as PeerCertificate);
  const host = bareHost(hostname);
  const socket = connect({
    host,
    port: Number(port) || 443,
    ALPNProtocols: ['http/1.1'],
    // Nothing is trusted here: this only reads a certificate that was already refused.
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) });
    return certificateSeen(socket.getPeerCertificate());
  } catch {
    // Without it the report has one line less; the refusal itself is known.
    return undefined;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** The name or address of a host, without the brackets of a URL. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The protocol, cipher and certificate of a secure connection. */
export function tlsSeen(socket: TLSSocket): Omit<TlsSeen, 'ms'> {
  return {
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.name,
    certificate: certificateSeen(socket.getPeerCertificate()),
  };
}

/** The subject, issuer and validity of a certificate, as written by its sender. */
function certificateSeen(certificate: PeerCertificate): CertificateSeen | undefined {
  // Without a certificate, Node returns an empty object.
  if (certificate.subject === undefined) return undefined;
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: safeText(certificate.subjectaltname ?? '', 300),
    validFrom: safeText(certificate.valid_from),
    validTo: safeText(certificate.valid_to),
  };
}

function nameOf(name: PeerCertificate['subject']): string {
  const parts = Object.entries(name).map(([key, value]) => `${key}=${[value].flat().join('+')}`);
  return safeText(parts.join(', '), 200);
}
