import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { safeText } from '../../policy/safe-text.ts';
import type { CertificateSeen, TlsSeen } from './check-report.ts';

/** Errors of a connection that was refused for the certificate of the other side. */
const refusals: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Whether a connection failed for the certificate of the other side. */
export function isCertificateRefusal(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && refusals.has(String(error.code));
}

export interface RefusedCertificateOptions {
  readonly url: URL;
  readonly timeoutMs: number;
}

/**
 * The certificate that was refused. Node keeps it with one kind of refusal only; for the others it is fetched by a
 * handshake of its own, over which nothing is asked and nothing is said.
 */
export async function refusedCertificate(
  error: Error,
  { url, timeoutMs }: RefusedCertificateOptions,
): Promise<CertificateSeen | undefined> {
  if ('cert' in error) return certificateSeen(error.cert as PeerCertificate);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port) || 443,
      ALPNProtocols: ['http/1.1'],
      // Nothing is trusted here: it is a look at what was refused already.
      rejectUnauthorized: false,
      timeout: timeoutMs,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    });
    const end = (seen: CertificateSeen | undefined): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.on('secureConnect', () => end(certificateSeen(socket.getPeerCertificate())));
    // Without it the report has a line less; the refusal itself is known.
    socket.on('error', () => end(undefined));
    socket.on('timeout', () => end(undefined));
    socket.on('close', () => end(undefined));
  });
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
