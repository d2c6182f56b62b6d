import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

const printer = ts.createPrinter({ removeComments: true });

/**
 * The public types of an installed package, one text an entry, such as './disk': what each entry exports, and what of ours that
 * names without being exported anywhere. A changed signature is a changed text; a comment or a moved file is none.
 */
export async function apiReports(installed: string): Promise<ReadonlyMap<string, string>> {
  const manifest: { exports: Record<string, string | { types: string }> } = JSON.parse(
    await readFile(join(installed, 'package.json'), 'utf8'),
  );
  const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === 'string' ? [] : [{ entry, file: join(installed, target.types) }],
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, strict: true, noEmit: true, lib: ['lib.es2023.d.ts'] },
  );
  const checker = program.getTypeChecker();
  const isOurs = (node: ts.Node): boolean =>
    node.getSourceFile().fileName.startsWith(join(installed, 'dist'));
  const resolved = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const statementsOf = (symbol: ts.Symbol): ts.Node[] =>
    (symbol.declarations ?? []).filter(isOurs).map((node) => {
      // `const a: number` is a part of its statement.
      const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
      return statement;
    });
  const textOf = (symbol: ts.Symbol): string[] =>
    statementsOf(symbol).map((node) =>
      printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()),
    );

  const exported = entries.map(({ entry, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry}: ${file} is no module`);
    return {
      entry,
      symbols: new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, resolved(symbol)])),
    };
  });
  const isExported = new Set(exported.flatMap(({ symbols }) => [...symbols.values()]));

  return new Map(
    exported.map(({ entry, symbols }) => {
      const named = new Set<ts.Symbol>();
      const visit = (node: ts.Node): void => {
        const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
        if (symbol !== undefined) add(resolved(symbol));
        ts.forEachChild(node, visit);
      };
      const add = (symbol: ts.Symbol): void => {
        const isDeclaration = (symbol.declarations ?? []).some(
          (node) =>
            isOurs(node) &&
            ts.isSourceFile(ts.isVariableDeclaration(node) ? node.parent.parent.parent : node.parent),
        );
        if (!isDeclaration || isExported.has(symbol) || named.has(symbol)) return;
        named.add(symbol);
        for (const node of statementsOf(symbol)) visit(node);
      };
      for (const symbol of symbols.values()) for (const node of statementsOf(symbol)) visit(node);
      const sorted = (texts: readonly (readonly [string, string[]])[]): string[] =>
        texts.toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, lines]) => lines);
      const own = sorted([...symbols].map(([name, symbol]) => [name, textOf(symbol)] as const));
      const beside = sorted([...named].map((symbol) => [symbol.name, textOf(symbol)] as const));
      const heading = beside.length === 0 ? [] : ['// Named by these, and not exported:'];
      return [entry, `${[...own, ...heading, ...beside].join('\n\n')}\n`] as const;
    }),
  );
}
