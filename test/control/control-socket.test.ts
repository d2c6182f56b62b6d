import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../src/control/control-client.ts';
import { serveControl } from '../../src/control/control-server.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { embed } from '../support/embedded-worker.ts';
import { controlled, good } from './controlled-worker.ts';

describe('the socket', () => {
  test('is the user’s alone from its first moment on, whatever the umask, which stays as it was', async () => {
    const { path: folder } = await tempFolder();
    const usual = process.umask(0);
    onTestFinished(() => {
      process.umask(usual);
    });
    const serving = serveControl({ folder, worker: embed(good).worker });
    // Made by the call itself, before anything else can have its turn.
    expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(0);
    const server = await serving;
    expect(statSync(server.path).mode & 0o777).toBe(0o600);
    await server.close();
  });

  test('is gone after the close, and no handle is left', async () => {
    const { path: folder } = await tempFolder();
    const pipes = (): readonly string[] =>
      process.getActiveResourcesInfo().filter((name) => name.includes('Pipe'));
    const before = pipes();
    const server = await serveControl({ folder, worker: embed(good).worker });
    // A caller that stays connected is let go.
    const agent = new Agent({ keepAlive: true });
    const asked = request({ socketPath: server.path, path: '/status', agent }).end();
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    answer?.resume();
    await Promise.all([server.close(), server.close()]);
    agent.destroy();
    expect(existsSync(server.path)).toBe(false);
    expect(await connectControl(folder)).toBeUndefined();
    await expect.poll(pipes).toEqual(before);
  });

  test('that a killed worker left is replaced', async () => {
    const { path: folder } = await tempFolder();
    const path = join(folder, 'control.sock');
    const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listens'))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(statSync(path).isSocket()).toBe(true);
    expect(await connectControl(folder)).toBeUndefined();
    const server = await serveControl({ folder, worker: embed(good).worker });
    expect(await connectControl(folder)).toBeDefined();
    await server.close();
  });

  test('does not replace a file that is not a socket', async () => {
    const { path: folder } = await tempFolder();
    await writeFile(join(folder, 'control.sock'), 'mine');
    await expect(serveControl({ folder, worker: embed(good).worker })).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringContaining('is not a socket; move it away'),
    });
  });

  test('in a missing folder is a clear error for the server, and no worker for the client', async () => {
    const folder = join((await tempFolder()).path, 'nowhere');
    expect(await connectControl(folder)).toBeUndefined();
    await expect(serveControl({ folder, worker: embed(good).worker })).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringContaining('The control socket could not be created'),
    });
  });

  test.runIf(process.platform === 'linux')(
    'of a folder whose path is too long for a socket works, for this user alone, and is gone after the close',
    async () => {
      const folder = join((await tempFolder()).path, 'ü'.repeat(60), 'x'.repeat(100));
      await mkdir(folder, { recursive: true });
      expect(await connectControl(folder)).toBeUndefined();
      const server = await serveControl({ folder, worker: embed(good).worker });
      expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
      const control = await connectControl(folder);
      expect((await control?.why())?.state).toBe('idle');
      await server.close();
      expect(existsSync(join(folder, 'control.sock'))).toBe(false);
    },
  );

  test('that something took away is made again, and one that cannot be is reported once', async () => {
    const { path: folder } = await tempFolder();
    let check: () => void = () => undefined;
    const notices: string[] = [];
    const server = await serveControl({
      folder,
      worker: embed(good).worker,
      onNotice: (message) => notices.push(message),
      repeat: (given) => {
        check = given;
        return () => undefined;
      },
    });
    check();
    await rm(server.path);
    expect(await connectControl(folder)).toBeUndefined();
    check();
    await expect.poll(() => notices).toEqual(['the control socket was removed; it has been created again']);
    expect((await (await connectControl(folder))?.why())?.state).toBe('idle');
    expect(statSync(server.path).mode & 0o777).toBe(0o600);

    await rm(folder, { recursive: true });
    check();
    await expect.poll(() => notices).toHaveLength(2);
    expect(notices[1]).toContain('the control socket was removed; The control socket could not be created');
    await mkdir(folder);
    await expect
      .poll(() => {
        check();
        return notices.length;
      })
      .toBe(3);
    await server.close();
    expect(existsSync(server.path)).toBe(false);
  });

  test('of another user cannot be used, and the error says who can', async () => {
    const { folder, server } = await controlled();
    await chmod(folder, 0o755);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    else await chmod(server.path, 0);
    try {
      await expect(connectControl(folder)).rejects.toMatchObject({
        code: 'unusable',
        message: expect.stringContaining('only by the user whose worker is running there'),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
