import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { pythonSpelling } from '../json/number-spelling.ts';

/** What a field of a payload may be. */
export interface PayloadField {
  /** Completes "allowed is …". */
  readonly allowed: string;
  readonly accepts: (value: JsonValue) => boolean;
  /** What a writer may leave out: the value that the reference fills in. */
  readonly usual?: JsonValue;
}

export type PayloadFields = Readonly<Record<string, PayloadField>>;

const MORE_SPACE = '\u001c\u001d\u001e\u001f\u0085';

/** White space as Python has it, which is not quite what JavaScript has. */
function isSpace(char: string): boolean {
  return MORE_SPACE.includes(char) || (char.trim() === '' && char !== '\ufeff');
}

/** Without white space at both ends, as Python's `strip` does it. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start += 1;
  while (start < end && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isText = (value: JsonValue): value is string => typeof value === 'string';
const isLower = (text: string): boolean => text === text.toLowerCase();
const isTrimmed = (text: string): boolean => text === trimmed(text);
const isBlank = (text: string): boolean => trimmed(text) === '';

function textThat(allowed: string, accepts: (text: string) => boolean): PayloadField {
  return { allowed, accepts: (value) => isText(value) && accepts(value) };
}

export const anyText: PayloadField = { allowed: 'a string', accepts: isText, usual: '' };
export const lowerText: PayloadField = textThat('a string in lower case', isLower);
export const trimmedLowerText: PayloadField = textThat(
  'a string in lower case without white space at its ends',
  (text) => isLower(text) && isTrimmed(text),
);
export const someText: PayloadField = textThat('a string that is not empty', (text) => text !== '');
export const unblankText: PayloadField = textThat('a string that is not blank', (text) => !isBlank(text));
export const someTrimmedText: PayloadField = textThat(
  'a string that is not empty, without white space at its ends',
  (text) => text !== '' && isTrimmed(text),
);
export const someTrimmedLowerText: PayloadField = textThat(
  'a string that is not empty, in lower case, without white space at its ends',
  (text) => text !== '' && isLower(text) && isTrimmed(text),
);

/** By code points, as Python counts them. */
export function textUpTo(most: number): PayloadField {
  return {
    ...textThat(`a string of at most ${most} characters`, (text) => [...text].length <= most),
    usual: '',
  };
}

export function unblankTextUpTo(most: number): PayloadField {
  return textThat(
    `a string of at most ${most} characters that is not blank`,
    (text) => [...text].length <= most && !isBlank(text),
  );
}

export function oneOfTexts(...texts: readonly string[]): PayloadField {
  return textThat(texts.map((text) => `'${text}'`).join(', '), (text) => texts.includes(text));
}

const WHOLE = /^(?:0|-?[1-9][0-9]*)$/;

/** A whole number, however large. */
export function wholeThat(allowed: string, accepts: (value: bigint) => boolean = () => true): PayloadField {
  return {
    allowed,
    accepts: (value) => value instanceof JsonNumber && WHOLE.test(value.text) && accepts(BigInt(value.text)),
  };
}

export const anyWhole: PayloadField = wholeThat('a whole number');
export const wholeAboveZero: PayloadField = wholeThat('a whole number above 0', (value) => value > 0n);

/** Whole ones without a fraction and exact as a double; the reference compares with what a double makes of them. */
export const anyNumber: PayloadField = {
  allowed: 'a number as Python spells it, a whole one without fraction and exact as a double',
  accepts: (value) => {
    if (!(value instanceof JsonNumber)) return false;
    const double = Number(value.text);
    if (WHOLE.test(value.text)) return Number.isFinite(double) && BigInt(double) === BigInt(value.text);
    return !Number.isInteger(double) && isSpelledAsPython(value);
  },
};

export const flag: PayloadField = {
  allowed: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  usual: false,
};

/** Any object; the numbers in it are spelled as Python spells them. */
export const anyObject: PayloadField = {
  allowed: 'an object, its numbers as Python spells them',
  accepts: (value) => isJsonObject(value) && isSpelledAsPython(value),
};

function isSpelledAsPython(value: JsonValue): boolean {
  if (value instanceof JsonNumber) return value.text === pythonSpelling(value.text);
  if (isJsonObject(value)) return [...value.values()].every(isSpelledAsPython);
  return !Array.isArray(value) || value.every(isSpelledAsPython);
}

/** Whether an object has all of the required fields, none but these and the optional ones, and each as it may be. */
export function fits(value: JsonObject, required: PayloadFields, optional: PayloadFields): boolean {
  const has = (name: string, held: JsonValue | undefined, fields: PayloadFields): boolean =>
    held !== undefined && Object.hasOwn(fields, name) && fields[name]?.accepts(held) === true;
  return (
    Object.keys(required).every((name) => has(name, value.get(name), required)) &&
    [...value].every(([name, held]) => Object.hasOwn(required, name) || has(name, held, optional))
  );
}
