import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Makes the Prisma client. The CLI would first download a schema engine, which generating does not use:
 * naming any program in its place keeps the installation to the npm registry
 * (docs/decisions/0004-database.md).
 */
const cli = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url));
const schema = fileURLToPath(new URL('schema.prisma', import.meta.url));
const { status, stderr } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema], {
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  },
  encoding: 'utf8',
});
if (status !== 0) process.stderr.write(stderr);
process.exitCode = status ?? 1;
