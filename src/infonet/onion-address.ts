import { hash } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ALLOWED = 'allowed is 56 letters a-z and digits 2-7 before .onion, the last of which are a checksum';

/**
 * Checks the address of an onion service: base32 of a 32-byte key, a 2-byte checksum and the version byte 3
 * (rend-spec-v3, "Encoding onion addresses"). Hosts that are not onion addresses pass.
 *
 * @throws RangeError saying what is wrong with the address
 */
export function checkOnionAddress(host: string): void {
  const [, name] = /(?:^|\.)([^.]*)\.onion\.?$/i.exec(host) ?? [];
  if (name === undefined) return;
  const shown = `the onion address ${JSON.stringify(name)}`;
  if (name.length === 16) {
    throw new RangeError(`${shown} is of version 2, which Tor gave up in 2021; ${ALLOWED}`);
  }
  const bytes = readBase32(name.toLowerCase());
  if (bytes === undefined || name.length !== 56) {
    throw new RangeError(`${shown} has the wrong length or letters (${name.length} of them); ${ALLOWED}`);
  }
  const [key, checksum, version] = [bytes.subarray(0, 32), bytes.subarray(32, 34), bytes.subarray(34)];
  const text = Buffer.concat([Buffer.from('.onion checksum'), key, version]);
  const expected = hash('sha3-256', text, 'buffer').subarray(0, 2);
  if (version[0] !== 3 || !expected.equals(checksum)) {
    throw new RangeError(`${shown} is mistyped: its checksum does not fit; ${ALLOWED}`);
  }
}

function readBase32(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}
