import { watchForEnd } from '../../../src/command-line/run/wait-for-end.ts';

const watch = watchForEnd(process);
// Something that hangs while the node stops.
setInterval(() => undefined, 1_000_000);
console.log(JSON.stringify({ event: 'ready' }));
const end = await watch.end;
console.log(JSON.stringify({ event: 'end', kind: end.kind }));
