import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { safeText } from '../../policy/safe-text.ts';
import type { CertificateSeen, TlsSeen } from './check-report.ts';

/** The errors by which Node refuses a certificate; one with CERTIFICATE in it is the other side's, about ours. */
const REFUSALS = /CERT(?!IFICATE)|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^INVALID_(CA|PURPOSE)$/;

/** Whether a connection failed for the certificate of the other side. */
export function isCertificateRefusal(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && REFUSALS.test(String(error.code));
}

/**
 * The certificate that was refused. Node keeps it with one kind of refusal only; for the others it is fetched by a
 * handshake of its own, over which nothing is asked and nothing is said.
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
    // Nothing is trusted here: it is a look at what was refused already.
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) });
    return certificateSeen(socket.getPeerCertificate());
  } catch {
    // Without it the report has a line less; the refusal itself is known.
    return undefined;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** The name or address of a host, without the brackets of a URL. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** What a secured connection is made of. */
export function tlsSeen(socket: TLSSocket): Omit<TlsSeen, 'ms'> {
  return {
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.name,
    certificate: certificateSeen(socket.getPeerCertificate()),
  };
}

/** The parts of a certificate that say whose it is and how long; whoever sent it wrote them. */
function certificateSeen(certificate: PeerCertificate): CertificateSeen | undefined {
  // Without a certificate Node gives an empty object.
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
