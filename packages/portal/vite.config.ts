import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // Only `vite dev` uses this: the page on 5173, the API (or the fixture server) on 8080.
  server: { port: 5173, proxy: { '/v1': { target: api, ws: true, changeOrigin: true } } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing inline, so that the page runs under `script-src 'self'; style-src 'self'; font-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome120', 'firefox135', 'safari18.4'],
    reportCompressedSize: true,
  },
});
