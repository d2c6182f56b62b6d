import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const strict: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  typeRoots: [fileURLToPath(new URL('../../node_modules/@types', import.meta.url))],
};

/**
 * What TypeScript has against files of a project that the package was installed into, the package's declarations included.
 * Those of XState fall short of exactOptionalPropertyTypes themselves; they are not ours to judge.
 */
export function typeErrors(
  files: readonly string[],
  options: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext },
): string[] {
  return ts
    .getPreEmitDiagnostics(ts.createProgram(files, { ...strict, ...options }))
    .filter(({ file }) => !/\/xstate\//.test(file?.fileName ?? ''))
    .map(
      ({ file, start, messageText }) =>
        `${file?.fileName}:${start}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}
