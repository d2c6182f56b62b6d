import type { PeerCertificate, TLSSocket } from 'node:tls';
import { safeText } from '../../policy/safe-text.ts';
import type { CertificateSeen, TlsSeen } from './check-report.ts';

/** What a secured connection is made of. */
export function tlsSeen(socket: TLSSocket): Omit<TlsSeen, 'ms'> {
  return {
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.name,
    certificate: certificateSeen(socket.getPeerCertificate()),
  };
}

/** The parts of a certificate that say whose it is and how long; whoever sent it wrote them. */
export function certificateSeen(certificate: PeerCertificate): CertificateSeen | undefined {
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
