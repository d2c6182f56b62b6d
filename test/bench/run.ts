/** `npm run bench`. The same file is what each measuring process runs: `cycle NAME`, `idle NAME COUNT`, or `infonet`. */
import { type ContenderName, measureCycle } from './cycle.ts';
import { type IdleWorker, measureIdleWorkers } from './idle-workers.ts';
import { measureInfonet } from './infonet-verify.ts';
import { report } from './report.ts';

const [task, name, count] = process.argv.slice(2);

if (task === 'cycle') console.log(JSON.stringify(await measureCycle(name as ContenderName)));
else if (task === 'idle') {
  console.log(JSON.stringify(await measureIdleWorkers(name as IdleWorker, Number(count))));
} else if (task === 'infonet') console.log(JSON.stringify(await measureInfonet()));
else await report();
