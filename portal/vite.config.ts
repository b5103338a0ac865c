import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import mantine from 'postcss-preset-mantine';
import { defineConfig, type Plugin } from 'vite';

const DIST = fileURLToPath(new URL('dist', import.meta.url));
const COMPRESSIBLE = /\.(js|css|svg|webmanifest)$/;

/** Beside every text file its brotli and gzip: the server never compresses while somebody waits. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async closeBundle() {
      const files = (await readdir(DIST, { recursive: true })).filter((file) => COMPRESSIBLE.test(file));
      await Promise.all(
        files.map(async (file) => {
          const path = join(DIST, file);
          const content = await readFile(path);
          await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
          await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), compressed()],
  // Replaced in every response (api/web): what Mantine puts into style elements carries it.
  html: { cspNonce: '__CSP_NONCE__' },
  css: { postcss: { plugins: [mantine()] }, modules: { localsConvention: 'camelCaseOnly' } },
  // What locks scrolling behind a dialog injects a style element; it takes the nonce from this name.
  define: { __webpack_nonce__: 'globalThis.__neveroutNonce' },
  server: { proxy: { '/v1': 'http://localhost:3000' } },
  build: {
    outDir: DIST,
    emptyOutDir: true,
    // The manifest tells which files are loaded first: test/portal/bundle.test.ts reads it.
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    rolldownOptions: {
      input: {
        main: fileURLToPath(new URL('index.html', import.meta.url)),
        sw: fileURLToPath(new URL('src/sw.ts', import.meta.url)),
      },
      output: {
        // A service worker's address must not change, and it must not stand below /assets: it rules from where it is.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
