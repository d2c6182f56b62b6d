import { type JsonLimits, JsonNumber, JsonRefused, type JsonValue } from './json-value.ts';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** All but what stands between two quotes for itself: an escape, a control character, half a surrogate pair. */
const UNPLAIN = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads bytes as JSON.
 *
 * Refused beside what RFC 8259 refuses: bytes that are no UTF-8, duplicate keys, lone surrogates, fractions beyond a
 * double, and more depth or values than the limits. Two readers of such a text could read two different events.
 *
 * @throws JsonRefused
 */
export function readJson(body: Uint8Array, limits: JsonLimits = {}): JsonValue {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new JsonRefused('bytes that are no UTF-8');
  }
  return new JsonReader(text, limits).read();
}

class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #valuesLeft: number;
  #depth = 0;
  #at = 0;

  constructor(text: string, { maxDepth = 1_000, maxValues = 250_000 }: JsonLimits) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#valuesLeft = maxValues;
  }

  read(): JsonValue {
    const value = this.#value();
    if (this.#next() !== '') throw this.#wrong();
    return value;
  }

  #value(): JsonValue {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) throw new JsonRefused('more values than allowed');
    switch (this.#next()) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw new JsonRefused(`nested more than ${this.#maxDepth} deep`);
    this.#at += 1;
  }

  #leave<T>(value: T): T {
    this.#depth -= 1;
    return value;
  }

  #object(): JsonValue {
    this.#enter();
    const object = new Map<string, JsonValue>();
    if (this.#skip('}')) return this.#leave(object);
    do {
      if (this.#next() !== '"') throw this.#wrong();
      const key = this.#string();
      if (object.has(key)) throw new JsonRefused('the same key twice in one object');
      if (!this.#skip(':')) throw this.#wrong();
      object.set(key, this.#value());
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#wrong();
    return this.#leave(object);
  }

  #array(): JsonValue {
    this.#enter();
    const array: JsonValue[] = [];
    if (this.#skip(']')) return this.#leave(array);
    do array.push(this.#value());
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#wrong();
    return this.#leave(array);
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#wrong(this.#text.length);
    } while (this.#isEscaped(end));
    this.#at = end + 1;
    const plain = this.#text.slice(start + 1, end);
    if (!UNPLAIN.test(plain)) return plain;
    let value: string;
    try {
      // What lies between two quotes is for the engine to judge: escapes, and control characters that need one.
      value = JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      throw this.#wrong(start);
    }
    if (LONE_SURROGATE.test(value)) throw new JsonRefused('half a surrogate pair in a string');
    return value;
  }

  #isEscaped(quote: number): boolean {
    let before = quote;
    while (this.#text[before - 1] === '\\') before -= 1;
    return (quote - before) % 2 === 1;
  }

  #number(): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const [spelling] = NUMBER.exec(this.#text) ?? [];
    if (spelling === undefined) throw this.#wrong();
    // Whole ones may be of any size, as in Python; of a fraction Python would make infinity.
    if (!Number.isFinite(Number(spelling)) && /[.eE]/.test(spelling)) {
      throw new JsonRefused('a fraction beyond a double');
    }
    this.#at = NUMBER.lastIndex;
    return new JsonNumber(spelling);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#wrong();
    this.#at += word.length;
    return value;
  }

  /** The next character that is no white space; '' at the end. */
  #next(): string {
    let char = this.#text[this.#at];
    while (char === ' ' || char === '\n' || char === '\r' || char === '\t') {
      this.#at += 1;
      char = this.#text[this.#at];
    }
    return char ?? '';
  }

  #skip(char: string): boolean {
    if (this.#next() !== char) return false;
    this.#at += 1;
    return true;
  }

  #wrong(at: number = this.#at): JsonRefused {
    return new JsonRefused(at >= this.#text.length ? 'it breaks off' : `wrong at character ${at}`);
  }
}
