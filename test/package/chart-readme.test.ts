import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';
import { typeErrors } from './type-errors.ts';

/** What its snippets use beside xstate, and what that needs. */
const packages = [
  '@xstate/react',
  'react',
  'react-dom',
  'scheduler',
  'use-isomorphic-layout-effect',
  'use-sync-external-store',
  '@types/react',
  '@types/react-dom',
  'csstype',
];

/** Shows what the snippets have made. */
const checks = `
import { renderToStaticMarkup } from 'react-dom/server';

console.log(renderToStaticMarkup(<Status worker={worker} />));
console.log('kept', running.getSnapshot().context.state?.currentHead);
running.send({ type: 'offline' });
running.send({ type: 'online' });
// It goes on where it was, and waits for its interval.
const back: SyncWorkerActor | undefined = running.getSnapshot().children.worker;
console.log('back', back?.getSnapshot().value);
running.stop();
worker.stop();

const root = createActor(feeds).start();
for (const child of Object.values(root.getSnapshot().children)) {
  await waitFor(child as SyncWorkerActor, (snapshot) => snapshot.matches('ok'));
}
console.log('feeds', ...Object.keys(root.getSnapshot().children));
root.stop();
console.log('paths', ...paths.map(({ state, steps }) => JSON.stringify(state.value) + steps.length));
`;

test('the snippets of the README of the chart hold, by their types and as they run', async () => {
  const readme = await readFile(new URL('../../machines/README.md', import.meta.url), 'utf8');
  const snippets = [...readme.matchAll(/```tsx\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(snippets).toHaveLength(5);
  const folder = await mkdtemp(join(inject('consumer'), 'chart-'));
  await Promise.all(
    packages.map((name) =>
      cp(`node_modules/${name}`, join(folder, 'node_modules', name), { recursive: true }),
    ),
  );
  const file = join(folder, 'chart.tsx');
  const code = [...snippets, checks].join('\n');
  await writeFile(file, code);
  const options = { module: ts.ModuleKind.NodeNext, jsx: ts.JsxEmit.ReactJSX };
  expect(typeErrors([file], options)).toEqual([]);

  const compilerOptions = { ...options, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  await writeFile(join(folder, 'chart.mjs'), ts.transpileModule(code, { compilerOptions }).outputText);
  const printed = await runCommand(process.execPath, ['chart.mjs'], folder);

  expect(printed.trim().split('\n')).toEqual([
    'run.finished ok seen at https://a.example',
    '<p>ok: seen at https://a.example</p>',
    'kept +https://a.example',
    'back ok',
    'feeds news blog',
    'paths {"running":"attempting"}1 "ok"2 "fork"2 "error"2',
  ]);
});
