import { execFileSync } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, type StartOptions, startProgram } from './started-program.ts';
import { servingPeer } from './test-peers.ts';

const program = await buildCommandLine();
await chmod(dirname(program), 0o755);

/** A user without a line in passwd, as of `docker run --user`. */
const UID = 54_321;
/** Without a home, and with a folder for temporary files that nobody can write to. */
const bare: StartOptions = { uid: UID, cwd: '/', env: { TMPDIR: '/proc' } };

function canBeAnotherUser(): boolean {
  try {
    execFileSync(process.execPath, [program, '--version'], { uid: UID, gid: UID, stdio: 'pipe' });
    return true;
  } catch (error) {
    const [reason] = String(error).split('\n');
    process.stderr.write(`SKIPPED: a user without a home, for this one may not become it (${reason})\n`);
    return false;
  }
}

test.skipIf(!canBeAnotherUser())(
  'a user without name, home and temporary folder runs a node, and asks it and its files',
  async () => {
    const { path } = await tempFolder();
    await chown(path, UID, UID);
    const { url } = await servingPeer(3);
    const node = startProgram(program, ['run', '--data', path, '--peer', url], bare);
    await node.line('run.finished');
    await node.line('node.control');
    const status = ['status', '--json', '--data', path];
    expect(JSON.parse((await runProgram(program, status, bare)).stdout)).toMatchObject({
      chain: { count: 3 },
    });
    expect(await runProgram(program, ['why', '--data', path], bare)).toMatchObject({ status: 0, stderr: '' });
    node.signal('SIGTERM');
    expect(await node.ended).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse((await runProgram(program, status, bare)).stdout)).toMatchObject({
      chain: { count: 3 },
    });
  },
);
