/** `npm run bench`. The same file is what each measuring process runs, with its task. */
import { type ContenderName, measureCycle } from './cycle.ts';
import { measureHour, measureIdleHour } from './hour.ts';
import { type IdleWorker, measureIdleWorkers } from './idle-workers.ts';
import { measureCatchUp, serveChain } from './infonet-catch-up.ts';
import { measureInfonet } from './infonet-verify.ts';
import { measureInspectedCycle, type Watching } from './inspect-cycle.ts';
import { measureInspectedMemory } from './inspect-memory.ts';
import { runViewer } from './inspect-viewer.ts';
import { report } from './report.ts';
import { measureScrape } from './scrape.ts';
import { measureSimulator, type Simulation } from './simulator.ts';

const [task, name, count] = process.argv.slice(2);

if (task === 'cycle') console.log(JSON.stringify(await measureCycle(name as ContenderName)));
else if (task === 'idle') {
  console.log(JSON.stringify(await measureIdleWorkers(name as IdleWorker, Number(count))));
} else if (task === 'hour') console.log(JSON.stringify(await measureHour()));
else if (task === 'idle-hour') console.log(JSON.stringify(await measureIdleHour(Number(name))));
else if (task === 'infonet') console.log(JSON.stringify(await measureInfonet()));
else if (task === 'infonet-catch-up')
  console.log(JSON.stringify(await measureCatchUp(Number(name), Number(count))));
else if (task === 'infonet-serve') await serveChain(Number(name), Number(count));
else if (task === 'inspect') console.log(JSON.stringify(await measureInspectedCycle(name as Watching)));
else if (task === 'inspect-memory') console.log(JSON.stringify(await measureInspectedMemory()));
else if (task === 'simulate') console.log(JSON.stringify(await measureSimulator(name as Simulation)));
else if (task === 'scrape') console.log(JSON.stringify(await measureScrape(Number(name))));
else if (task === 'inspect-viewer') await runViewer(name ?? '');
else await report();
