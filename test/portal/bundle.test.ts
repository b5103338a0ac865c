import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../portal/dist/', import.meta.url));
/** The promise of the portal: what a browser downloads before a first page is readable, brotli. */
const FIRST_LOAD_BYTES = 250_000;

interface Chunk {
  readonly file: string;
  readonly src?: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

const readManifest = async (): Promise<Manifest> =>
  JSON.parse(await readFile(`${DIST}.vite/manifest.json`, 'utf8')) as Manifest;

/** Every chunk that loading these needs: their static imports, and theirs. */
function closure(manifest: Manifest, entries: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (key: string): void => {
    if (reached.has(key)) return;
    reached.add(key);
    for (const next of manifest[key]?.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return reached;
}

const CUSTOMER = [
  'index.html',
  'src/customer/customer.tsx',
  'src/customer/home/home.tsx',
  'src/i18n/en/common.ts',
  'src/i18n/en/customer.ts',
];

test("a customer's first load is below 250 kB of compressed JavaScript", async () => {
  const manifest = await readManifest();
  for (const entry of CUSTOMER) expect(manifest[entry], entry).toBeDefined();
  const files = [...closure(manifest, CUSTOMER)].map((key) => manifest[key]?.file ?? '');
  const sizes = await Promise.all(
    files.filter((file) => file.endsWith('.js')).map(async (file) => (await stat(`${DIST}${file}.br`)).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.info(`first load of a customer: ${(total / 1000).toFixed(1)} kB in ${sizes.length} files`);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThan(FIRST_LOAD_BYTES);
});

test('no chunk that a customer can reach holds a module of the console', async () => {
  const manifest = await readManifest();
  const isOps = (key: string) => key.startsWith('src/ops/') || /i18n\/\w+\/ops\.ts$/.test(key);
  expect(Object.keys(manifest).some(isOps)).toBe(true);
  const reached = closure(manifest, CUSTOMER);
  expect([...reached].filter(isOps)).toEqual([]);
  // Chunks are named after what they hold, but may hold more: the sources in them tell.
  const opsFiles = new Set(
    [...closure(manifest, ['src/ops/ops.tsx'])]
      .filter((key) => !reached.has(key))
      .map((key) => manifest[key]?.file),
  );
  for (const key of reached) expect(opsFiles.has(manifest[key]?.file ?? ''), key).toBe(false);
});
