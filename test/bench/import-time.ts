import { inChild } from './in-child.ts';

const script = `
  const start = process.hrtime.bigint();
  await import(process.argv[1]);
  console.log(Number(process.hrtime.bigint() - start) / 1e6);
`;

/** Milliseconds of one import in a fresh process, its own start not counted. */
export function measureImport(url: string): number {
  return inChild(['--input-type=module', '--eval', script, '--', url]);
}
