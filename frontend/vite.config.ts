import { defineConfig } from "vite";

// Everything is served by the product itself: relative addresses keep the build
// free of any knowledge about where the static files are mounted.
export default defineConfig({
  base: "./",
  publicDir: "public",
  worker: { format: "es" },
  build: {
    outDir: "../src/gridward/web/ui/static/gridward",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome87", "safari14", "firefox91"],
    // A data: font would need a wider policy; a worker inlined as a blob likewise.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        app: "src/app.ts",
        styles: "src/styles/app.scss",
      },
    },
  },
});
