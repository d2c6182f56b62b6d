/** For each kind of field: values of the wrong type, beside what an error message is to show of them. */
export type FieldSort = 'seconds' | 'count' | 'text' | 'flag' | 'object' | 'outcome' | 'bucket';

type Wrong = readonly (readonly [value: unknown, shown: string])[];

const noNumber: Wrong = [
  ['5', '"5"'],
  ['', '""'],
  [true, 'true'],
  [null, 'null'],
  [[5], '[5]'],
  [{ value: 5 }, '{"value":5}'],
  [5n, '5'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [2 ** 53, '9007199254740992'],
  [1e300, '1e+300'],
  [() => 5, 'a function'],
  [Symbol('five'), 'a symbol'],
];

const noText: Wrong = [
  [5, '5'],
  [0, '0'],
  [false, 'false'],
  [null, 'null'],
  [['x'], '["x"]'],
  [{}, '{}'],
  [7n, '7'],
];

const noFlag: Wrong = [
  [0, '0'],
  [1, '1'],
  ['true', '"true"'],
  ['', '""'],
  [null, 'null'],
  [[], '[]'],
  [{}, '{}'],
];

export const wrongValues: Readonly<Record<FieldSort, Wrong>> = {
  seconds: noNumber,
  count: [...noNumber, [-1, '-1'], [Number.MIN_SAFE_INTEGER, '-9007199254740991']],
  text: noText,
  flag: noFlag,
  object: [
    [5, '5'],
    ['{}', '"{}"'],
    [true, 'true'],
    [null, 'null'],
    [['x'], '["x"]'],
  ],
  outcome: [
    ...noText,
    ['', '""'],
    ['OK', '"OK"'],
    ['ok ', '"ok "'],
    ['stuck', '"stuck"'],
    ['constructor', '"constructor"'],
  ],
  bucket: [...noText, ['', '""'], ['Sync', '"Sync"'], ['seed', '"seed"'], ['__proto__', '"__proto__"']],
};

/** What an error message says is allowed. */
export const allowedWords: Readonly<Record<FieldSort, string>> = {
  seconds: 'a whole number of seconds',
  count: 'a whole number of at least 0',
  text: 'a string',
  flag: 'true or false',
  object: 'an object',
  outcome: "'idle', 'running', 'ok', 'error', 'fork', 'solo'",
  bucket: "'bootstrap', 'sync', 'push'",
};
