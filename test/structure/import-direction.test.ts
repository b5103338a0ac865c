import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file that breaks the direction of imports, or the purity of core, and the rule that must say so. */
const CANARIES = [
  {
    file: 'core/canary.ts',
    code: "import { z } from 'zod';\nexport const a = z;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'core/canary.ts',
    code: "import { b } from '../platform/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'core/phrases/canary.ts',
    code: "import { b } from '../../platform/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  { file: 'core/canary.ts', code: 'export const a = (): number => Date.now();\n', rule: 'core is pure' },
  { file: 'core/canary.ts', code: 'export const a = (): Date => new Date();\n', rule: 'core is pure' },
  { file: 'core/canary.ts', code: 'export const a = (): number => Math.random();\n', rule: 'core is pure' },
  {
    file: 'contracts/canary.ts',
    code: "import { b } from '../platform/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'platform/canary.ts',
    code: "import { b } from '../rules/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'broker/canary.ts',
    code: "import { b } from '../rules/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'rules/canary.ts',
    code: "import { b } from '../api/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'api/canary.ts',
    code: "import { b } from '../rules/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'bridge/canary.ts',
    code: "import { b } from '../broker/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'bridge/canary.ts',
    code: "import { b } from '../device-sim/fleet/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
  {
    file: 'device-sim/canary.ts',
    code: "import { b } from '../broker/b.ts';\nexport const a = b;\n",
    rule: 'noRestrictedImports',
  },
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neverout-canary-'));
  await cp(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  await cp(join(ROOT, 'core-purity.grit'), join(folder, 'core-purity.grit'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function lint(file: string): Promise<{ code: number | null; said: string }> {
  return new Promise((done) => {
    const child = spawn(join(ROOT, 'node_modules/.bin/biome'), ['lint', file], { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.on('close', (code) => done({ code, said }));
  });
}

test.each(CANARIES)('$file is refused: $code', async ({ file, code, rule }) => {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), code);
  const { code: exitCode, said } = await lint(file);
  await rm(join(folder, file));
  expect(said).toContain(rule);
  expect(exitCode).not.toBe(0);
});

test('control: a file that keeps the direction passes', async () => {
  await mkdir(join(folder, 'core'), { recursive: true });
  await writeFile(join(folder, 'core/fine.ts'), "import { b } from './b.ts';\n\nexport const a = b;\n");
  const { code, said } = await lint('core/fine.ts');
  expect(said).toContain('Checked 1 file');
  expect(code).toBe(0);
});
