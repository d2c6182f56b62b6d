import ts from 'typescript';

export interface FoundMachine {
  /** What `createMachine` is given. */
  readonly config: ts.Expression;
  /** What `setup` is given. */
  readonly setup: ts.ObjectLiteralExpression;
}

/** The one `setup({ … }).createMachine({ … })` of a file. */
export function findMachine(file: ts.SourceFile): FoundMachine {
  const found: FoundMachine[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'createMachine' &&
      ts.isCallExpression(node.expression.expression)
    ) {
      const [config] = node.arguments;
      const [setup] = node.expression.expression.arguments;
      if (config !== undefined && setup !== undefined && ts.isObjectLiteralExpression(setup))
        found.push({ config, setup });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const [machine, ...others] = found;
  if (machine === undefined || others.length > 0)
    throw new Error(`${file.fileName} has ${found.length} machines; allowed is one`);
  return machine;
}

/**
 * The value of a machine's literal, without the functions that it may have: `context` at the root, `input` in `invoke`.
 *
 * @throws Error for anything else than objects, lists, strings in quotes, and `reenter: true`
 */
export function readLiteral(node: ts.Expression, keys: readonly string[] = []): unknown {
  if (ts.isStringLiteral(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword && keys.at(-1) === 'reenter') return true;
  if (ts.isArrayLiteralExpression(node)) return node.elements.map((element) => readLiteral(element, keys));
  if (!ts.isObjectLiteralExpression(node)) throw notLiteral(node);
  const entries = node.properties.map((property): [string, unknown] => {
    if (!ts.isPropertyAssignment(property)) throw notLiteral(property);
    const { name, initializer } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) throw notLiteral(property);
    const path = [...keys, name.text];
    const mayBeFunction = path.join('.') === 'context' || /(^|\.)invoke\.input$/.test(path.join('.'));
    return [
      name.text,
      mayBeFunction && ts.isArrowFunction(initializer) ? undefined : readLiteral(initializer, path),
    ];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function notLiteral(node: ts.Node): Error {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return new Error(`${file.fileName}:${line + 1}: not a literal: ${node.getText()}`);
}

/** The names of a part of the setup: 'guards', 'delays' or 'actions'. */
export function namesIn(setup: ts.ObjectLiteralExpression, kind: string): string[] {
  return partsOf(setup, kind).map(({ name }) => name.getText());
}

const changes: ReadonlySet<string> = new Set(
  'now random push pop shift unshift splice sort reverse fill copyWithin set add delete clear assign defineProperty'.split(
    ' ',
  ),
);

/** Where the functions of a part of the setup write, or ask for what is not the same the next time. */
export function writesIn(setup: ts.ObjectLiteralExpression, kind: string): string[] {
  const writes: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isWrite(node)) writes.push(node.getText());
    ts.forEachChild(node, visit);
  };
  for (const part of partsOf(setup, kind)) visit(part);
  return writes;
}

function isWrite(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  if (ts.isDeleteExpression(node) || ts.isPostfixUnaryExpression(node)) return true;
  if (ts.isPrefixUnaryExpression(node))
    return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
  if (!ts.isCallExpression(node)) return false;
  const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
  return ts.isIdentifier(called) && changes.has(called.text);
}

function partsOf(setup: ts.ObjectLiteralExpression, kind: string): ts.PropertyAssignment[] {
  const part = setup.properties.find((property) => property.name?.getText() === kind);
  if (part === undefined || !ts.isPropertyAssignment(part) || !ts.isObjectLiteralExpression(part.initializer))
    throw new Error(`The setup has no literal of ${kind}`);
  return part.initializer.properties.map((property) => {
    if (!ts.isPropertyAssignment(property)) throw notLiteral(property);
    return property;
  });
}
